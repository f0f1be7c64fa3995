"""Exactly which probes reach what they look for in each sandbox, and why that is no way out."""

from __future__ import annotations

from samokoder.adapters.sandbox.inside.landlock import version

EVERYWHERE = {
    "files.anonymous_file_run": "it runs with the same user, filter and namespaces as one in a file",
    "kernel.restrictions_by_landlock": "code may give up more of its own rights; it can take none",
    "network.netlink_for_routes": "Node asks it for addresses; without capabilities it changes nothing",
}
DOCKER = {
    "network.low_port": "engines open ports below 1024 in a container's own network, which has loopback only",
}
NOT_IN_GVISOR = {"kernel.restrictions_by_landlock"}
BUBBLEWRAP = {
    "files.set_user_id_programs": "the system's programs are shown; the mark has no effect, as "
    "privileges.set_user_id_program_run shows",
}
ITS_OWN_KERNEL = (
    "gVisor's kernel answers, which is a program without rights on the machine; its own is not asked"
)
NAMESPACES = "gVisor makes them in its own kernel; their rights hold for nothing but what is in them"
UNAPART = "without Landlock a run's watcher is open to its user; what was lost or ended never passes"
GVISOR = {
    "files.block_device_made_here": "a name in gVisor's memory; no device of the machine is behind it",
    "files.character_device_made_here": "as with block devices",
    "files.devices_beyond_the_usual": "gVisor shows the names net and fuse, of its own making",
    "network.low_port": "its network has loopback only",
    "processes.first_process_descriptors": "gVisor of 2022 shows them to other users; there is only stdin",
    "processes.first_process_environment": "gVisor of 2022 shows it to other users; nothing private is in it",
    **dict.fromkeys(
        """
        files.file_by_handle files.handle_of_a_file kernel.io_uring kernel.kernel_log kernel.kernel_log_read
        kernel.memory_policy kernel.message_queue kernel.messages_of_system_v kernel.performance_events
        kernel.semaphores_of_system_v kernel.shared_memory_of_system_v network.netlink_for_device_events
        network.ping_socket privileges.no_filter_of_system_calls processes.own_child_traced
        processes.own_out_of_memory_score_lowered processes.priority_raised
        """.split(),
        ITS_OWN_KERNEL,
    ),
    **dict.fromkeys(
        """
        privileges.all_namespaces_by_clone privileges.new_cgroup_namespace privileges.new_mount_namespace
        privileges.new_time_namespace privileges.new_user_namespace privileges.own_namespace_entered_again
        privileges.user_namespace_by_clone
        """.split(),
        NAMESPACES,
    ),
    **dict.fromkeys(
        """
        processes.watcher_descriptors processes.watcher_environment processes.watcher_limits_changed
        processes.watcher_memory_map processes.watcher_signalled
        """.split(),
        UNAPART,
    ),
}
"""Of Debian 12's runsc, with --platform=ptrace."""
WITHOUT_LANDLOCK_6 = {
    "processes.watcher_signalled": "a run whose watcher is ended is lost, and what is lost never passes",
}


def allowed(runner: str) -> dict[str, str]:
    if runner == "runsc":
        return {name: EVERYWHERE[name] for name in EVERYWHERE if name not in NOT_IN_GVISOR} | GVISOR
    own = {"docker": DOCKER, "bubblewrap": BUBBLEWRAP, "podman": {}}[runner]
    return EVERYWHERE | own | ({} if version() >= 6 else WITHOUT_LANDLOCK_6)
