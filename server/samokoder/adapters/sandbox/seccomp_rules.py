"""The allow-list of system calls: what generated code may ask of the kernel, and the profile made of it.

Every call a machine knows is named here, as allowed, filtered or forbidden: a new one is forbidden until
somebody has looked at it. ``python -m samokoder.adapters.sandbox.seccomp_table`` writes the profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

ALLOWED = frozenset(
    (
        # files
        "access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat "
        "faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync "
        "fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd "
        "getdents getdents64 getxattr ioctl lchown lgetxattr link linkat listxattr llistxattr "
        "lremovexattr lseek lsetxattr lstat mkdir mkdirat newfstatat open openat openat2 pread64 preadv "
        "preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename "
        "renameat renameat2 rmdir sendfile setxattr splice stat statfs statx symlink symlinkat sync "
        "sync_file_range syncfs tee truncate umask unlink unlinkat utime utimensat utimes write writev "
        # waiting and telling
        "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait "
        "epoll_wait_old eventfd eventfd2 inotify_add_watch inotify_init inotify_init1 inotify_rm_watch "
        "io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit pipe pipe2 poll ppoll "
        "pselect6 select signalfd signalfd4 "
        # memory
        "brk madvise membarrier memfd_create mincore mlock mlock2 mlockall mmap mprotect mremap mseal "
        "msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect cachestat get_mempolicy "
        # processes and threads
        "arch_prctl execve execveat exit exit_group fork futex futex_requeue futex_wait futex_waitv "
        "futex_wake get_robust_list get_thread_area getcpu getegid geteuid getgid getgroups getpgid "
        "getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid "
        "gettid getuid ioprio_get ioprio_set kill pause pidfd_open pidfd_send_signal prctl "
        "restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn "
        "rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min "
        "sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval "
        "sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield set_robust_list "
        "set_thread_area set_tid_address setpgid setpriority setrlimit setsid sigaltstack sysinfo tgkill "
        "times tkill uname vfork wait4 waitid "
        # time
        "alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep setitimer time "
        "timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create "
        "timerfd_gettime timerfd_settime "
        # sockets of the kinds allowed below
        "accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg "
        "sendmmsg sendmsg sendto setsockopt shutdown "
        # changes of user, which lead nowhere without capabilities, and own restrictions
        "capget capset landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp setfsgid "
        "setfsuid setgid setgroups setregid setresgid setresuid setreuid setuid "
    ).split()
)
FILTERED = frozenset(["clone", "mknod", "mknodat", "prlimit64", "socket", "socketpair"])
"""Allowed with some arguments only."""
MISSING = frozenset(["clone3", "io_uring_enter", "io_uring_register", "io_uring_setup"])
"""Answered as by a kernel without them, so that libraries go another way: filters cannot see what they do."""
FORBIDDEN = frozenset(
    (
        # mounts and roots
        "chroot fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree pivot_root "
        "umount2 _sysctl "
        # namespaces
        "setns unshare "
        # other processes
        "kcmp pidfd_getfd process_madvise process_mrelease process_vm_readv process_vm_writev ptrace "
        # the kernel itself
        "acct add_key afs_syscall bpf create_module delete_module finit_module get_kernel_syms getpmsg "
        "init_module kexec_file_load kexec_load keyctl lookup_dcookie nfsservctl perf_event_open putpmsg "
        "query_module quotactl quotactl_fd reboot request_key security swapoff swapon sysfs syslog "
        "tuxcall uselib userfaultfd ustat vhangup vserver "
        # the machine's names and clocks
        "adjtimex clock_adjtime clock_settime setdomainname sethostname settimeofday "
        # files by handle, and watches of whole file systems
        "fanotify_init fanotify_mark name_to_handle_at open_by_handle_at "
        # memory and processors in ways only attacks and databases use
        "ioperm iopl map_shadow_stack mbind memfd_secret migrate_pages modify_ldt move_pages personality "
        "remap_file_pages set_mempolicy set_mempolicy_home_node vmsplice "
        # what would outlive a run: System V objects and message queues
        "mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv "
        "msgsnd semctl semget semop semtimedop shmat shmctl shmdt shmget "
    ).split()
)

EPERM, ENOSYS = 1, 38
UNIX, INET, INET6, NETLINK, NETLINK_ROUTE = 1, 2, 10, 16, 0
ANY, TCP, UDP = 0, 6, 17
STREAM, DATAGRAM, KIND_OF_SOCKET = 1, 2, 0xF
NEW_NAMESPACE = 0x7E020000 | 0x80
"""All of CLONE_NEWNS … CLONE_NEWNET, and CLONE_NEWTIME."""
SELF = 0
KIND_OF_FILE, FIFO = 0o170000, 0o010000
_ARCHITECTURES = ("SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64")


class Unclassified(Exception):
    """The machine knows a system call that nobody has judged."""


def profile(known: Iterable[str]) -> dict[str, Any]:
    """For an engine, of the calls known to it. Raises Unclassified."""
    names = frozenset(known)
    if unknown := sorted(names - ALLOWED - FILTERED - MISSING - FORBIDDEN):
        raise Unclassified(", ".join(unknown))
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": EPERM,
        "archMap": [{"architecture": name, "subArchitectures": []} for name in _ARCHITECTURES],
        "syscalls": [
            _allow(sorted(ALLOWED & names)),
            _allow(["clone"], _masked(0, NEW_NAMESPACE, 0)),
            _allow(["mknod"], _masked(1, KIND_OF_FILE, FIFO)),
            _allow(["mknodat"], _masked(2, KIND_OF_FILE, FIFO)),
            _allow(["prlimit64"], _equal(0, SELF)),
            _allow(["socket"], _equal(0, UNIX)),
            *(_allow(["socket"], *arguments) for arguments in _internet()),
            _allow(["socket"], _equal(0, NETLINK), _equal(2, NETLINK_ROUTE)),
            _allow(["socketpair"], _equal(0, UNIX)),
            {"names": sorted(MISSING), "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS},
        ],
    }


def _internet() -> Iterator[tuple[dict[str, Any], ...]]:
    """TCP and UDP; the rarer protocols have been ways into the kernel."""
    for family in (INET, INET6):
        for kind, protocol in ((STREAM, ANY), (STREAM, TCP), (DATAGRAM, ANY), (DATAGRAM, UDP)):
            yield _equal(0, family), _masked(1, KIND_OF_SOCKET, kind), _equal(2, protocol)


def _allow(names: list[str], *arguments: dict[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {"names": names, "action": "SCMP_ACT_ALLOW"}
    return rule | {"args": list(arguments)} if arguments else rule


def _equal(index: int, value: int) -> dict[str, Any]:
    return {"index": index, "value": value, "valueTwo": 0, "op": "SCMP_CMP_EQ"}


def _masked(index: int, mask: int, value: int) -> dict[str, Any]:
    return {"index": index, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}
