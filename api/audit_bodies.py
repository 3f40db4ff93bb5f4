"""What audits take over the wire."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.bodies import PageQuery, Query
from api.fields import Limit, Name, Reason
from core.schemas.audit import ItemDecision, Note, Suspect


class _Suspected(BaseModel):
    principal: Name | None = Field(default=None, description="Who wrote or uploaded it.")
    origin: Name | None = Field(default=None, description="The domain or system it came from.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.principal is None) == (self.origin is None):
            raise ValueError("name a principal or an origin, and not both")
        return self

    def suspect(self) -> Suspect:
        """Whose memories are meant."""
        if self.principal is not None:
            return Suspect(field="principal", name=self.principal)
        return Suspect(field="origin", name=self.origin or "")


class _Noted(BaseModel):
    by: Name = Field(default="api", description="Who decides; it is recorded as given.")
    reason: Reason = Field(default="", description="Why; it is recorded.")

    def note(self) -> Note:
        """As it is recorded."""
        return Note(by=self.by, reason=self.reason)


class SuspectQuery(Query, _Suspected):
    """A principal or an origin."""

    limit: Limit = Field(default=100, description="Memories and runs that are listed, of each.")


class RevocationRequest(_Suspected, _Noted):
    """Whose memories to take out, and why."""

    model_config = ConfigDict(extra="forbid")

    most: int = Field(
        default=100, ge=0, le=1_000, description="Questions to ask again, the last asked first."
    )


class Undo(_Noted):
    """Who takes a revocation back, and why."""

    model_config = ConfigDict(extra="forbid")


class Decision(_Noted):
    """What becomes of a memory."""

    model_config = ConfigDict(extra="forbid")

    decision: ItemDecision


class ItemsQuery(PageQuery):
    """Which audit items."""

    state: Literal["open", "decided"] | None = Field(default=None, description="Default: all.")

    def is_open(self) -> bool | None:
        """As storage asks."""
        return None if self.state is None else self.state == "open"
