package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAClusterTakesNoPortOfAnother(t *testing.T) {
	dir := t.TempDir()
	first, second := cluster{name: "a", dir: filepath.Join(dir, "a")}, cluster{name: "b", dir: filepath.Join(dir, "b")}
	ports, err := first.choosePorts()
	if err != nil || len(ports) != len(listeners) {
		t.Fatalf("%v, %v", ports, err)
	}
	if err := os.MkdirAll(first.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := first.write(record{Ports: ports}); err != nil {
		t.Fatal(err)
	}
	others, err := second.choosePorts()
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range ports {
		if slices.Contains(others, port) {
			t.Errorf("port %d is that of another cluster, which may be stopped", port)
		}
	}
	options := kwokctlOptions(record{Version: "v1.37.2", Ports: others})
	if want := fmt.Sprintf("\n  kubeApiserverPort: %d\n", others[2]); !strings.Contains(options, want) {
		t.Errorf("%q is missing in\n%s", want, options)
	}
}

func TestUnused(t *testing.T) {
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if address, ok := listener.Addr().(*net.TCPAddr); !ok || unused(address.Port) {
		t.Errorf("%v counts as free", listener.Addr())
	}
}
