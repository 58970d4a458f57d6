"""Where evidence lives and whom it talks to: files on disk, witnesses over HTTP, time-stamp authorities."""
