"""Every probe, in every sandbox: what it reaches is known and has a reason, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from samokoder.adapters.sandbox.containers import Engine
from samokoder.adapters.sandbox.policy import IMAGES
from tests.adapters.engines import OTHERS, OtherEngines
from tests.adapters.sandboxes import NOTHING, SEPARATED, runner
from tests.attacks.allowed import allowed
from tests.attacks.bait import laid
from tests.attacks.inside import FOLDER, ended, parsed

AREAS = {"files", "kernel", "network", "privileges", "processes"}


@pytest.mark.parametrize("name", [*SEPARATED, *OTHERS])
async def test_exactly_what_is_allowed_succeeds(
    name: str, tmp_path: Path, other_engines: OtherEngines, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await other_engines.sandbox(name, monkeypatch)
    with laid(tmp_path) as host:
        async with made.open(NOTHING) as session:
            found = await ended(session, host)
    assert {one.split(".")[0] for one in found} == AREAS and len(found) > 200
    unclear = {one: how for one, how in found.items() if how.startswith(("broken", "hung"))}
    assert unclear == {}
    assert {one for one, how in found.items() if how == "reached"} == set(allowed(name))


UNGUARDED = frozenset(
    """
    files.block_device_made_here files.character_device_made_here files.file_by_handle files.handle_of_a_file
    files.hard_link_to_a_program files.libraries_written files.loader_preload_written files.password_hashes
    files.names_of_hosts_written files.programs_written files.remount_for_writing files.root_by_an_open_folder
    files.root_folder_written files.settings_written files.users_written
    kernel.bpf kernel.key_added kernel.key_requested kernel.key_ring kernel.messages_of_system_v
    kernel.notifications_of_files kernel.pages_spliced kernel.performance_events
    kernel.personality_of_another_system kernel.semaphores_of_system_v kernel.shared_memory_of_system_v
    network.host_service_at_its_own_addresses network.host_service_at_the_engines_gateway
    network.interface_beside_loopback network.low_port network.netlink_for_audit
    network.netlink_for_device_events network.packet_socket network.raw_socket network.route_to_the_internet
    privileges.all_namespaces_by_clone privileges.becoming_root privileges.becoming_the_keeper
    privileges.being_root privileges.capabilities_in_effect privileges.capabilities_that_could_be_gained
    privileges.domain_of_the_machine privileges.group_of_root privileges.mount_by_the_new_calls
    privileges.mount_of_a_folder privileges.mount_of_memory privileges.mount_of_process_information
    privileges.name_of_the_machine privileges.namespace_of_the_first_process privileges.new_mount_namespace
    privileges.new_network_namespace privileges.new_privileges_on_exec privileges.new_process_namespace
    privileges.new_root_by_chroot privileges.no_filter_of_system_calls privileges.own_namespace_entered_again
    privileges.plain_clone3 privileges.set_user_id_program_made privileges.tree_opened_for_mounting
    privileges.unmount
    processes.first_process_descriptors processes.first_process_environment processes.first_process_memory
    processes.first_process_signalled processes.own_child_traced
    """.split()
)
"""What root reaches on Linux in a container with three rights too many and without a filter."""


@pytest.mark.docker
async def test_the_same_probes_succeed_where_nothing_guards_against_them(tmp_path: Path) -> None:
    """So that a probe that can never succeed is not taken for a wall."""
    await runner("docker")
    engine = Engine(IMAGES["python"])
    with laid(tmp_path) as host:
        try:
            output = engine.client.containers.run(
                IMAGES["python"],
                ["env", f"ATTACKED={host}", "python3", "-m", "probes"],
                user="0:0",
                working_dir="/attacks",
                cap_add=["SYS_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH"],
                security_opt=["seccomp=unconfined"],
                volumes={str(FOLDER): {"bind": "/attacks/probes", "mode": "ro"}},
                environment={"PYTHONDONTWRITEBYTECODE": "1"},
                pids_limit=256,
                mem_limit="512m",
                remove=True,
                stderr=True,
            )
        finally:
            engine.close()
    found = parsed(output.decode("utf-8", "replace"))
    assert {one: found[one] for one in UNGUARDED if found[one] != "reached"} == {}
