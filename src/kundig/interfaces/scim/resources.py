"""What the directory sees: the attributes of users and groups that we keep, and no more than that is promised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import EmailStr, Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Meta,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Schema,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from kundig.base.i18n import LANGUAGES

MOST = 1000
"""Resources of a page."""


class Name(ComplexAttribute):
    """The name as a whole: we keep it in one piece."""

    formatted: Annotated[str | None, CaseExact.true] = None


class Email(ComplexAttribute):
    """The one address that a user signs in with."""

    value: Annotated[EmailStr | None, Required.true] = None
    type: str | None = Field(None, examples=["work"])


class Role(ComplexAttribute):
    """A role by its name; which ones a directory may give is decided with its token."""

    value: Annotated[str | None, Required.true, CaseExact.true] = None


class Membership(ComplexAttribute):
    """A group that a user is in; changed by way of the group."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    ref: Annotated[Reference[User | Group] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, Mutability.read_only] = None


class User(Resource[Any]):
    """A user."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    display_name: Annotated[str | None, CaseExact.true] = None
    name: Name | None = None
    emails: list[Email] | None = None
    active: bool | None = None
    preferred_language: str | None = Field(None, examples=list(LANGUAGES))
    timezone: str | None = Field(None, examples=["Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/London"])
    roles: list[Role] | None = None
    groups: Annotated[list[Membership] | None, Mutability.read_only] = None


class Member(ComplexAttribute):
    """A user in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference[User] | None, Mutability.immutable] = Field(None, serialization_alias="$ref", validation_alias="$ref")
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """A team."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true, CaseExact.true] = None
    members: list[Member] | None = None


def configuration(base: str) -> ServiceProviderConfig:
    """What we can do."""
    return ServiceProviderConfig.model_validate(
        {
            "documentationUri": f"{base.rstrip('/')}/help",
            "patch": Patch(supported=True),
            "bulk": Bulk(supported=False, max_operations=0, max_payload_size=0),
            "filter": Filter(supported=True, max_results=MOST),
            "changePassword": ChangePassword(supported=False),
            "sort": Sort(supported=False),
            "etag": ETag(supported=True),
            "authenticationSchemes": [
                AuthenticationScheme(
                    type=AuthenticationScheme.Type.oauthbearertoken,
                    name="Bearer token",
                    description="A token made in the settings of Kundig, sent as Authorization: Bearer.",
                    primary=True,
                )
            ],
            "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/scim/v2/ServiceProviderConfig"},
        }
    )


def schemas(base: str, roles: Iterable[str]) -> list[Schema]:
    """The schemas, with the roles that this directory may give.

    An address is needed, and so said to be; a userName that is one will do, so the model does not insist.
    """
    made = [model.to_schema() for model in (User, Group)]
    for schema in made:
        schema.meta = _meta(base, "Schema", "Schemas", str(schema.id))
    named = {attribute.name: attribute for attribute in made[0].attributes or ()}
    named["emails"].required = Required.true
    value = next(attribute for attribute in named["roles"].sub_attributes or () if attribute.name == "value")
    value.canonical_values = sorted(roles) or None
    return made


def resource_types(base: str) -> list[ResourceType]:
    """Where what is found."""
    found = []
    for model in (User, Group):
        type_ = ResourceType.from_resource(model)
        type_.meta = _meta(base, "ResourceType", "ResourceTypes", str(type_.id))
        found.append(type_)
    return found


def _meta(base: str, type_: str, folder: str, id_: str) -> Meta:
    return Meta(resource_type=type_, location=f"{base}/scim/v2/{folder}/{id_}")
