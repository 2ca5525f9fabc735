#!/bin/sh
# The login and shell behind the real telnetd of camera and recorder. It accepts the two default
# passwords and pretends to know no program. It never runs what is typed.
ask() {
  printf '\r\n(none) login: '
  read -r user || exit 0
  stty -echo 2>/dev/null
  printf 'Password: '
  read -r password || exit 0
  stty echo 2>/dev/null
  printf '\r\n'
}
for attempt in 1 2 3 4; do
  [ "$attempt" = 4 ] && exit 1
  ask
  case "$user:$password" in
    root:12345 | root:vizxv) break ;;
  esac
  sleep 0.4
  printf 'Login incorrect\r\n'
done
printf '\r\n\r\nBusyBox v1.16.1 (2014-03-04 16:00:18 CST) built-in shell (ash)\r\n\r\n# '
while read -r line; do
  case "$line" in
    exit | quit) exit 0 ;;
    uptime) printf ' 10:14:02 up 41 days,  3:02, load average: 0.31, 0.22, 0.18\r\n' ;;
    /bin/busybox*) printf '%s: applet not found\r\n' "${line##* }" ;;
    "cat /proc/mounts") printf 'rootfs / rootfs rw 0 0\r\n' ;;
  esac
  printf '# '
done
