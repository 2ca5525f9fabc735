#!/bin/sh
# What udhcpc and dhclient call when a lease is given: address, route, resolver.
# $RESOLVER names the device's own resolv.conf.
case "${reason:-$1}" in
  bound | renew)
    address=$ip routers=$router servers=$dns ;;
  BOUND | RENEW | REBIND | REBOOT)
    interface=$interface address=$new_ip_address routers=$new_routers
    servers=$new_domain_name_servers ;;
  *) exit 0 ;;
esac
if ! ip -4 addr show dev "$interface" | grep -q "inet $address/"; then
  ip -4 addr flush dev "$interface"
  ip addr add "$address/24" dev "$interface"
fi
ip route replace default via "${routers%% *}"
for server in $servers; do echo "nameserver $server"; done > "$RESOLVER"
