"""The house over HTTP: partners, organisations, keys, the business day, the summary, health."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from hengdai.app.actor import Role
from hengdai.app.admit_partner import admit_partner as do_admit
from hengdai.app.command import No, Turned
from hengdai.base.identity import OrgId
from hengdai.entry.http.access import Admitted
from hengdai.entry.http.answers import answer
from hengdai.entry.http.errors import Refused, Turn
from hengdai.entry.http.fields import Day, In, Name, Out, Words
from hengdai.entry.http.problem import documented
from hengdai.entry.http.routes_read import reading_of
from hengdai.entry.http.routes_write import Key
from hengdai.entry.http.status import STATUS
from hengdai.entry.http.turned import Edge
from hengdai.entry.platform import Platform
from hengdai.partner.listing import Approval, Listing
from hengdai.product.terms import PayeeRole

router = APIRouter(tags=["机构与日常 / the house"])
