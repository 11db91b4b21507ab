#!/bin/sh
# Boot systemd as the first process of namespaces of its own, on a copy of this machine's files that is gone when it ends.
#   unshare --mount --pid --fork --uts --ipc --cgroup --kill-child sh booted.sh FOLDER SCRIPT REPOSITORY
# In it /opt/newsbot has a Python with newsbot (PYTHON_HOME, PYTHON_PATH), SCRIPT is run as root, and FOLDER is /out.
set -e
out=$1 script=$2 repository=$3 root=$1/root
mount --make-rprivate /
mkdir -p "$root" "$out/over"
mount -t tmpfs tmpfs "$out/over"
mkdir "$out/over/upper" "$out/over/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$out/over/upper,workdir=$out/over/work" "$root"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts" "$root/dev/mqueue" "$root/dev/hugepages"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
if ! mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" 2>/dev/null || [ -d /sys/fs/cgroup/systemd ]; then
    mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
    mkdir "$root/sys/fs/cgroup/unified" "$root/sys/fs/cgroup/systemd"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
fi
for folder in run tmp; do
    mount -t tmpfs -o mode=1777 tmpfs "$root/$folder"
done
rm -rf "$root/opt/newsbot" "$root/etc/systemd/system" "$root/var/lib/newsbot"
mkdir -p "$root/out" "$root/opt/newsbot/bin" "$root/opt/newsbot/python" "$root/opt/newsbot/source" "$root/opt/newsbot/packages"
mount --bind "$out" "$root/out"
mount --bind "$PYTHON_HOME" "$root/opt/newsbot/python"
mount --bind "$PYTHON_PATH" "$root/opt/newsbot/packages"
mount --bind "$repository" "$root/opt/newsbot/source"
cat > "$root/opt/newsbot/bin/newsbot" <<END
#!/bin/sh
export PYTHONHOME=/opt/newsbot/python LD_LIBRARY_PATH=/opt/newsbot/python/lib PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=/opt/newsbot/source:/opt/newsbot/packages
exec /opt/newsbot/python/bin/python3 -m newsbot "\$@"
END
printf '#!/bin/sh\necho "$@"\ncat\n' > "$root/opt/newsbot/bin/apprise"
chmod 755 "$root/opt/newsbot/bin/newsbot" "$root/opt/newsbot/bin/apprise"
cp "$script" "$root/opt/newsbot/script"
mkdir -p "$root/etc/systemd/system"
cat > "$root/etc/systemd/system/booted.service" <<END
[Unit]
DefaultDependencies=no
Wants=systemd-journald.service
After=systemd-journald.service
[Service]
Type=oneshot
WorkingDirectory=/opt/newsbot/source
ExecStart=/bin/sh -x /opt/newsbot/script
StandardOutput=append:/out/said
StandardError=inherit
END
cd "$root"
mkdir -p old
pivot_root . old
umount -l /old
export container=other
exec /lib/systemd/systemd --system --unit=booted.service --log-target=null --show-status=no </dev/null >/dev/null 2>&1
