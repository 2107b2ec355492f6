"""Which certificates end when, and where they are served."""

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.inventory_view import AssetResource, asset_resource
from cyberai.app.listing import Asked, Found, ListPage, Sort, behind, listed
from cyberai.domain.ids import AssetId, WorkspaceId
from cyberai.domain.inventory import AssetKind
from cyberai.ports.inventory import AssetFilter
from cyberai.ports.repositories import Count, Order, Page
from cyberai.ports.store import Tx

MOST_PLACES = 20
"""Services named per certificate; GET /v1/assets?certificate_id= has all."""

FIRST_ENDING = Sort(Order.CREATED, ascending=True)


class ServedAt(Struct, kw_only=True):
    """A service that presents a certificate."""

    asset_id: str
    host: str
    port: int
    transport: str
    state: str


class ExpiringCertificate(Struct, kw_only=True):
    """A certificate and the first services that present it."""

    asset: AssetResource
    services: list[ServedAt]
    more_services: bool


class Expiring(Struct, frozen=True, kw_only=True):
    """Certificates that end from `after` on and before `before` (UTC microseconds); None: whenever."""

    after: int | None = None
    before: int | None = None


async def list_expiring(
    app: App, workspace: WorkspaceId, where: Expiring, asked: Asked
) -> ListPage[ExpiringCertificate]:
    """A page of the certificates that services present, the first to end first."""
    after = where.after or 0

    def read(tx: Tx, page: Page) -> Found[ExpiringCertificate]:
        rows = tx.inventory.ending(after, where.before, page)
        data = [served(tx, AssetId(row.asset.id), asset_resource(row.asset)) for row in rows[: asked.limit]]
        return Found(data=data, behind=behind(rows, asked.limit))

    def count(tx: Tx, most: int) -> Count:
        n = len(tx.inventory.ending(after, where.before, Page(most)))
        return Count(n, n >= most)

    return await listed(app, "expiring certificates", workspace, where, asked, read, count)


def served(tx: Tx, id: AssetId, asset: AssetResource) -> ExpiringCertificate:
    """A certificate with where it is served."""
    where = AssetFilter(kind=(AssetKind.SERVICE.value,), certificate_id=(id,))
    rows = tx.inventory.page(where, Page(MOST_PLACES + 1))
    services = [asset_resource(row.asset) for row in rows[:MOST_PLACES]]
    return ExpiringCertificate(
        asset=asset,
        services=[
            ServedAt(
                asset_id=row.id,
                host=row.host or "",
                port=row.port or 0,
                transport=row.transport or "",
                state=row.state,
            )
            for row in services
        ],
        more_services=len(rows) > MOST_PLACES,
    )
