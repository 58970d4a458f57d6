"""One transaction, as the verbs see it: the parts put together."""

from hengdai.adapters.postgres.commands import Commands
from hengdai.adapters.postgres.jobs import Jobs
from hengdai.adapters.postgres.laws import Laws
from hengdai.adapters.postgres.nightly import Nightly
from hengdai.adapters.postgres.partners import Partners
from hengdai.adapters.postgres.persons import StoredPersons
from hengdai.adapters.postgres.reading import Reading
from hengdai.adapters.postgres.whole import Whole


class PostgresWork(Commands, Whole, Partners, Laws, Jobs, Nightly, StoredPersons, Reading):
    """See :class:`hengdai.app.work.Work`. It never commits; the store does."""
