package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
)

// listeners are the options of kwokctl for the ports of a cluster.
var listeners = []string{
	"etcdPort", "etcdPeerPort", "kubeApiserverPort", "kubeControllerManagerPort", "kubeSchedulerPort", "kwokControllerPort",
}

// Ports are taken from below those that the system gives to connections that begin
// on this machine.
const (
	lowestPort  = 28001
	highestPort = 32700
)

// choosePorts finds ports for a new cluster. kwokctl by itself takes what nobody
// listens on at the moment, and that may be where the API server of another cluster
// was, which is stopped and to start again.
func (c cluster) choosePorts() ([]int, error) {
	taken, err := c.takenPorts()
	if err != nil {
		return nil, err
	}
	var ports []int
	for port := highestPort; port >= lowestPort && len(ports) < len(listeners); port-- {
		if !slices.Contains(taken, port) && unused(port) {
			ports = append(ports, port)
		}
	}
	if len(ports) < len(listeners) {
		return nil, errors.New("no free ports")
	}
	return ports, nil
}

// takenPorts are those of the clusters that there are, whether they run or not.
func (c cluster) takenPorts() ([]int, error) {
	records, err := filepath.Glob(filepath.Join(filepath.Dir(c.dir), "*", "record.json"))
	if err != nil {
		return nil, err
	}
	var taken []int
	for _, path := range records {
		// One that can't be read is being removed.
		if r, err := (cluster{dir: filepath.Dir(path)}).read(); err == nil {
			taken = append(taken, r.Ports...)
		}
	}
	return taken, nil
}

// unused reports whether nobody listens on a port of 127.0.0.1, or of all addresses.
func unused(port int) bool {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	_ = listener.Close()
	return true
}

// kwokctlOptions is the configuration of kwokctl for a cluster.
func kwokctlOptions(r record) string {
	var ports strings.Builder
	for i, option := range listeners {
		_, _ = fmt.Fprintf(&ports, "  %s: %d\n", option, r.Ports[i])
	}
	return fmt.Sprintf(kwokctlConfig, r.Version) + ports.String()
}
