"""Parts of the kernel that have been the way out before, its settings, and what it tells of itself."""

from __future__ import annotations

import ctypes
import itertools
import mmap
import os
import platform
import signal

from .kit import LIBC, creates, opens_for_writing, passes, probe, raw, reads, works


@probe
def io_uring() -> object:
    return passes("io_uring_setup", 1, ctypes.create_string_buffer(120))


@probe
def bpf() -> object:
    return passes("bpf", 0, None, 0)


@probe
def user_faults() -> object:
    return passes("userfaultfd", 0)


@probe
def user_faults_of_own_memory() -> object:
    return passes("userfaultfd", 1)


@probe
def performance_events() -> object:
    return passes("perf_event_open", None, 0, -1, -1, 0)


@probe
def key_ring() -> object:
    return passes("keyctl", 0, -3, 0, 0, 0)


@probe
def key_added() -> object:
    return passes("add_key", b"user", b"attacked", b"x", 1, -3)


@probe
def key_requested() -> object:
    return passes("request_key", b"user", b"attacked", None, 0)


@probe
def keys_listed() -> object:
    return reads("/proc/keys")


@probe
def local_descriptor_table() -> object:
    return works("modify_ldt", 0, ctypes.create_string_buffer(16), 16)


@probe
def ports_of_the_machine() -> object:
    return passes("ioperm", 0x80, 1, 1)


@probe
def privilege_level_of_ports() -> object:
    return passes("iopl", 3)


@probe
def module_loaded() -> object:
    return passes("init_module", None, 0, b"")


@probe
def module_loaded_from_a_file() -> object:
    return passes("finit_module", -1, b"", 0)


@probe
def module_removed() -> object:
    return passes("delete_module", b"attacked", 2048)


@probe
def kernel_replaced() -> object:
    return passes("kexec_load", 0, 0, None, 0)


@probe
def kernel_replaced_from_a_file() -> object:
    return passes("kexec_file_load", -1, -1, 0, b"", 0)


@probe
def kernel_log() -> object:
    return passes("syslog", 10, None, 0)


@probe
def kernel_log_read() -> object:
    return works("syslog", 3, ctypes.create_string_buffer(64), 64)


@probe
def addresses_of_the_kernel() -> object:
    with open("/proc/kallsyms") as file:
        return any(int(line.split()[0], 16) for line in itertools.islice(file, 100))


@probe
def memory_of_the_kernel() -> object:
    return reads("/proc/kcore")


@probe
def timers_of_the_kernel() -> object:
    return reads("/proc/timer_list")


@probe
def tracing_files() -> object:
    return os.listdir("/sys/kernel/tracing") or os.listdir("/sys/kernel/debug")


@probe
def firmware() -> object:
    return os.listdir("/sys/firmware")


@probe
def power_states() -> object:
    return opens_for_writing("/sys/power/state")


@probe
def settings_of_the_kernel() -> object:
    return opens_for_writing("/proc/sys/kernel/hostname")


@probe
def program_for_core_dumps() -> object:
    return opens_for_writing("/proc/sys/kernel/core_pattern")


@probe
def program_for_modules() -> object:
    return opens_for_writing("/proc/sys/kernel/modprobe")


@probe
def program_for_formats() -> object:
    return opens_for_writing("/proc/sys/fs/binfmt_misc/register")


@probe
def memory_overcommit() -> object:
    return opens_for_writing("/proc/sys/vm/overcommit_memory")


@probe
def magic_keys() -> object:
    return opens_for_writing("/proc/sysrq-trigger")


@probe
def interrupts() -> object:
    return opens_for_writing("/proc/irq/default_smp_affinity")


@probe
def program_for_device_events() -> object:
    return opens_for_writing("/sys/kernel/uevent_helper")


@probe
def control_groups_written() -> object:
    telling = {"cgroup.procs", "memory.max", "memory.limit_in_bytes", "pids.max", "release_agent"}
    found = [os.path.join(place, name) for place, _, names in os.walk("/sys/fs/cgroup") for name in names]
    return [path for path in found if os.path.basename(path) in telling and os.access(path, os.W_OK)]


@probe
def control_group_made() -> object:
    found = [place for place, _, _ in os.walk("/sys/fs/cgroup") if os.access(place, os.W_OK)]
    return found and creates(f"{found[0]}/attacked")


@probe
def release_agent_by_a_mount() -> object:
    """The escape of 2019 and CVE-2022-0492 begin with a mount of a control group of version 1."""
    os.makedirs("groups", exist_ok=True)
    return works("mount", b"cgroup", b"groups", b"cgroup", 0, b"rdma")


@probe
def notifications_of_files() -> object:
    return passes("fanotify_init", 0, 0)


@probe
def personality_of_another_system() -> object:
    """READ_IMPLIES_EXEC and address randomisation off: it weakens what comes next."""
    return works("personality", 0x0400000 | 0x0040000)


@probe
def memory_moved_between_nodes() -> object:
    return passes("move_pages", 0, 0, None, None, None, 0)


@probe
def memory_policy() -> object:
    return passes("mbind", None, 0, 0, None, 0, 0)


@probe
def profile_cookie() -> object:
    return passes("lookup_dcookie", 0, None, 0)


@probe
def pages_spliced() -> object:
    return passes("vmsplice", -1, None, 0, 0)


@probe
def terminal_hung_up() -> object:
    return passes("vhangup")


@probe
def old_file_system_information() -> object:
    return passes("sysfs", 3)


@probe
def old_library_call() -> object:
    return passes("uselib", b"/nowhere")


@probe
def old_settings_call() -> object:
    return passes("_sysctl", None)


@probe
def restrictions_by_landlock() -> object:
    return raw("landlock_create_ruleset", None, 0, 1)[0] > 0


@probe
def filter_on_top_of_the_filter() -> object:
    """Further filters can only forbid more."""
    return LIBC.prctl(22, 2, 0, 0, 0) == 0


@probe
def shared_memory_of_system_v() -> object:
    result, _ = raw("shmget", 0x5A3B, 4096, 0o1600)
    if result != -1:
        raw("shmctl", result, 0, None)
    return result != -1


@probe
def semaphores_of_system_v() -> object:
    result, _ = raw("semget", 0x5A3B, 1, 0o1600)
    if result != -1:
        raw("semctl", result, 0, 0, 0)
    return result != -1


@probe
def messages_of_system_v() -> object:
    result, _ = raw("msgget", 0x5A3B, 0o1600)
    if result != -1:
        raw("msgctl", result, 0, None)
    return result != -1


@probe
def message_queue() -> object:
    return raw("mq_open", b"attacked", 0o102, 0o600, None)[0] != -1


@probe
def calls_of_32_bits() -> object:
    """getpid by int 0x80: numbers differ there, so a filter that forgets it is no filter."""
    if platform.machine() != "x86_64":
        return False
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b814000000cd80c3"))
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os._exit(0 if ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid() else 1)
    return os.waitpid(child, 0)[1] == 0


@probe
def calls_of_the_x32_kind() -> object:
    if platform.machine() != "x86_64":
        return False
    child = os.fork()
    if child == 0:
        os._exit(0 if LIBC.syscall(ctypes.c_long(0x40000000 + 39)) == os.getpid() else 1)
    return os.waitpid(child, 0)[1] == 0
