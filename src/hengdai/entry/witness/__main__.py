"""`python -m hengdai.entry.witness`, for a machine that runs a witness and nothing else."""

from hengdai.entry.witness.command import commands

if __name__ == "__main__":
    commands()
