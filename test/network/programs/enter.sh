#!/bin/sh
# Runs a program of a device inside its network namespace, with the device's own /run, resolver and
# state folders bound over the machine's: `ip netns exec` has made the mounts private already.
# usage: enter.sh DIRECTORY PROGRAM [ARGUMENT...]
directory=$1
shift
mount --bind "$directory/run" /run
mount --bind "$directory/resolv.conf" /etc/resolv.conf
for folder in /var/lib/dhcp /var/lib/dhcpcd /var/lib/snmp /var/log /etc/avahi; do
  own=$directory/$(basename "$folder")
  [ -d "$folder" ] && [ -d "$own" ] && mount --bind "$own" "$folder"
done
exec "$@"
