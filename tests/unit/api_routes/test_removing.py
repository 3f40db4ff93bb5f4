"""What was handed in is taken away again."""

from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from tests.api_routes import ALICE, FakeBackend, assert_problem, build, put


async def test_a_deleted_document_is_gone(client: TestClient, backend: FakeBackend) -> None:
    submitted = put(client).json()
    memory = await build(backend.repositories(ALICE), UUID(submitted["job"]["id"]))
    path = f"/v1/documents/{submitted['document']['id']}"

    removed = client.delete(path)

    assert removed.status_code == 200
    assert removed.json() == {"versions": 1, "memories": 1, "runs": 0, "values": 1}
    for gone in (path, f"/v1/versions/{memory.version_id}/text", f"{path}/memories"):
        assert_problem(client.get(gone), 404, "not_found")
    assert client.get("/v1/documents").json()["data"] == []
    assert_problem(client.delete(path), 404, "not_found")
    again = put(client)
    assert (again.status_code, again.json()["created"]) == (202, True)


async def test_an_old_version_is_purged_and_the_active_one_is_not(
    client: TestClient, backend: FakeBackend
) -> None:
    old = put(client, content=b"Old.").json()
    await build(backend.repositories(ALICE), UUID(old["job"]["id"]))
    active = put(client).json()
    memory = await build(backend.repositories(ALICE), UUID(active["job"]["id"]))
    path = f"/v1/versions/{old['version']['id']}"

    assert client.get(f"{path}/text").status_code == 200
    assert client.delete(path).json()["versions"] == 1

    assert_problem(client.get(f"{path}/text"), 404, "not_found")
    assert_problem(client.delete(f"/v1/versions/{memory.version_id}"), 409, "conflict")
    versions = client.get(f"/v1/documents/{active['document']['id']}/versions").json()
    assert [version["status"] for version in versions] == ["purged", "active"]


def test_another_tenant_can_remove_nothing(client: TestClient) -> None:
    submitted = put(client).json()
    stranger = {"Authorization": "Bearer qst_bob"}
    for path in (
        f"/v1/documents/{submitted['document']['id']}",
        f"/v1/versions/{submitted['version']['id']}",
        f"/v1/documents/{uuid4()}",
    ):
        assert_problem(client.delete(path, headers=stranger), 404, "not_found")
    assert len(client.get("/v1/documents").json()["data"]) == 1
