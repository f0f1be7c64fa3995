"""The host's files, the system's folders, devices, and tricks with links."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys

from .kit import HOST, creates, opens_for_writing, passes, probe, raw, reads


@probe
def bait_in_a_folder_of_the_host() -> object:
    return reads(HOST["file"])


@probe
def home_folder_of_the_person() -> object:
    return [
        name for name in os.listdir(HOST["home"]) if not HOST["python"].startswith(f"{HOST['home']}/{name}/")
    ]


@probe
def keys_of_the_person() -> object:
    names = (".ssh", ".aws", ".netrc", ".docker/config.json", ".config", ".bash_history")
    return [name for name in names if os.path.exists(f"{HOST['home']}/{name}")]


@probe
def records_of_the_server() -> object:
    return reads(HOST["database"])


@probe
def program_of_the_server() -> object:
    return os.path.exists(HOST["program"])


@probe
def project_of_the_person() -> object:
    return os.listdir(HOST["project"])


@probe
def password_hashes() -> object:
    return reads("/etc/shadow")


@probe
def users_of_the_host() -> object:
    with open("/etc/passwd") as file:
        return HOST["passwd"] == file.read()


@probe
def identity_of_the_machine() -> object:
    with open("/etc/machine-id") as file:
        return file.read().strip() == HOST["machine_id"]


@probe
def disks() -> object:
    return [
        name for name in os.listdir("/dev") if name.startswith(("sd", "vd", "nvme", "xvd", "dm-", "loop"))
    ]


@probe
def devices_beyond_the_usual() -> object:
    usual = set(
        "null zero full random urandom tty console core fd mqueue ptmx pts shm stdin stdout stderr".split()
    )
    return set(os.listdir("/dev")) - usual


@probe
def memory_of_the_machine() -> object:
    return [path for path in ("/dev/mem", "/dev/kmem", "/dev/port") if os.path.exists(path)]


@probe
def log_device() -> object:
    return reads("/dev/kmsg")


@probe
def block_device_made_here() -> object:
    os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0))
    return True


@probe
def character_device_made_here() -> object:
    os.mknod("memory", 0o600 | stat.S_IFCHR, os.makedev(1, 1))
    return True


@probe
def terminal_input_of_another() -> object:
    """TIOCSTI types into a terminal; without one there is nothing to type into."""
    import fcntl
    import termios

    fcntl.ioctl(os.open("/dev/tty", os.O_RDWR), termios.TIOCSTI, b" ")
    return True


@probe
def root_folder_written() -> object:
    return creates("/written")


@probe
def programs_written() -> object:
    return creates("/usr/bin/written")


@probe
def programs_opened_for_writing() -> object:
    return opens_for_writing(os.path.realpath(sys.executable))


@probe
def libraries_written() -> object:
    return creates("/usr/lib/written.so")


@probe
def settings_written() -> object:
    return creates("/etc/written")


@probe
def users_written() -> object:
    return opens_for_writing("/etc/passwd")


@probe
def names_of_hosts_written() -> object:
    return opens_for_writing("/etc/hosts")


@probe
def loader_preload_written() -> object:
    return creates("/etc/ld.so.preload")


@probe
def dependencies_written() -> object:
    return creates("/env/written")


@probe
def interpreter_link_replaced() -> object:
    os.symlink("/bin/true", "/env/bin/written")
    return True


@probe
def start_up_file_among_dependencies() -> object:
    return any(creates(f"{path}/sitecustomize.py") for path in sys.path if path.startswith(("/env", "/usr")))


@probe
def time_stamp_of_dependencies_changed() -> object:
    os.utime("/env/pyvenv.cfg")
    return True


@probe
def link_out_of_the_workspace() -> object:
    os.symlink(HOST["file"], "out")
    return reads("out")


@probe
def hard_link_to_a_program() -> object:
    os.link("/bin/sh", "linked")
    return True


@probe
def hard_link_to_settings() -> object:
    os.link("/etc/passwd", "passwd")
    return True


@probe
def path_above_the_root() -> object:
    return reads("/" + "../" * 40 + HOST["file"].lstrip("/"))


@probe
def root_by_an_open_folder() -> object:
    """The classic way out of a chroot: keep a folder open, chroot below it, walk up."""
    above = os.open("/", os.O_RDONLY)
    os.makedirs("jail", exist_ok=True)
    os.chroot("jail")
    os.fchdir(above)
    for _ in range(40):
        os.chdir("..")
    return True


@probe
def root_of_the_first_process() -> object:
    return reads(f"/proc/1/root{HOST['file']}")


@probe
def working_folder_of_the_first_process() -> object:
    return reads(f"/proc/1/cwd{HOST['file']}")


@probe
def open_files_left_by_the_starter() -> object:
    """Anything open beside stdin, stdout, stderr and the probe's own pipe."""
    shown = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd") if int(name) > 2]
    kinds = [os.readlink(path) for path in shown if os.path.islink(path)]
    return [kind for kind in kinds if not kind.startswith(("pipe:", "/proc/"))]


@probe
def folder_left_open_above_the_root() -> object:
    """As with runc's leaked descriptor (CVE-2024-21626): a descriptor that leads to the host."""
    for number in range(256):
        try:
            with open(f"/proc/self/fd/{number}{'/..' * 12}{HOST['file']}", "rb"):
                return True
        except OSError:
            continue
    return False


@probe
def file_by_handle() -> object:
    """The escape called shocker: a handle made up for the root of the host's disk."""
    handle = struct.pack("Ii8s", 8, 1, struct.pack("Q", 2))
    return passes("open_by_handle_at", os.open("/", os.O_RDONLY), ctypes.create_string_buffer(handle), 0)


@probe
def handle_of_a_file() -> object:
    space, mount = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128)), ctypes.c_int()
    return passes("name_to_handle_at", -100, b"/", space, ctypes.byref(mount), 0)


@probe
def set_user_id_programs() -> object:
    found = []
    for folder in ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin"):
        for entry in os.scandir(folder) if os.path.isdir(folder) else ():
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                found.append(entry.path)
    return found


@probe
def remount_for_writing() -> object:
    return passes("mount", b"none", b"/", None, 32 | 4096, None)


@probe
def mounts_of_the_host() -> object:
    """Folders of the host, beside system programs, that are mounted in here."""
    with open("/proc/self/mountinfo") as file:
        points = [line.split()[4] for line in file]
    private = (HOST["home"].rstrip("/") + "/", HOST["project"])
    return [point for point in points if point.startswith(private) and point != HOST["python"]]


@probe
def anonymous_file_run() -> object:
    """A program that was never on a disk; it runs with no more rights than any other."""
    descriptor = os.memfd_create("program")
    with open("/bin/true", "rb") as file:
        os.write(descriptor, file.read())
    child = os.fork()
    if child == 0:
        os.execve(descriptor, ["true"], {})
    return os.waitpid(child, 0)[1] == 0


@probe
def secret_memory() -> object:
    return raw("memfd_secret", 0)[0] != -1
