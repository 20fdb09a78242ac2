package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestCreatedVolumesReadsTheAuditLog(t *testing.T) {
	log := `{"verb":"create","user":{"username":"x"},"requestObject":{"spec":{"hostPath":{"path":"/tmp/hostpath_pv/a"}}}}
{"verb":"get","requestURI":"/api/v1/pods?why=/tmp/hostpath_pv"}
{"verb":"create","requestObject":{"spec":{"hostPath":{"path":"/tmp/hostpath_pv/../../home"}}}}
{"verb":"create","requestObject":{"spec":{"hostPath":{"path":"/tmp/hostpath_pv/b"}}}}
{"verb":"create","requestObject":{"spec":{"hostPath":{"path":"/tmp/hostpath_pv/cut`
	got := createdVolumes(strings.NewReader(log))
	if want := []string{"/tmp/hostpath_pv/a", "/tmp/hostpath_pv/b"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A pid file outlives a reboot, and then the number is somebody else's.
func TestAProcessOfSomebodyElseIsNotOurs(t *testing.T) {
	c := cluster{name: "x", dir: t.TempDir()}
	if err := os.MkdirAll(filepath.Dir(c.pidFile("etcd")), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.pidFile("etcd"), []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
		t.Fatal(err)
	}
	if pid, ok := c.process("etcd"); ok {
		t.Errorf("took process %d, this test, for etcd", pid)
	}
	if err := c.end(t.Context(), c.started()...); err != nil {
		t.Fatal(err)
	}
	if exists(c.pidFile("etcd")) {
		t.Error("the stale pid file is still there")
	}
}

func TestCommandLineOfThisProcess(t *testing.T) {
	if got := commandLine(os.Getpid()); !strings.Contains(got, filepath.Base(os.Args[0])) {
		t.Errorf("got %q, which does not name %s", got, os.Args[0])
	}
}

func TestToolsNeverSeeTheUsersCluster(t *testing.T) {
	t.Setenv("KUBECONFIG", "/home/me/production")
	t.Setenv("KWOK_WORKDIR", "/home/me/kwok")
	c := cluster{name: "x", dir: "/cache/x"}
	env := c.environ("/bin-dir")
	for _, pair := range env {
		if strings.Contains(pair, "/home/me/") {
			t.Errorf("%s is passed on", pair)
		}
	}
	if want := "KUBECONFIG=/cache/x/kubeconfig"; !slices.Contains(env, want) {
		t.Errorf("no %s in %q", want, env)
	}
}

func TestQuote(t *testing.T) {
	if got, want := quote("/it's here"), `'/it'\''s here'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNodesAreSpreadOverZones(t *testing.T) {
	content, err := json.Marshal(nodes(4))
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Metadata struct {
			Name   string
			Labels map[string]string
		}
	}
	if err := json.Unmarshal(content, &all); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, node := range all {
		got = append(got, node.Metadata.Name+" "+node.Metadata.Labels["topology.kubernetes.io/zone"])
	}
	if want := []string{"node-1 zone-a", "node-2 zone-b", "node-3 zone-c", "node-4 zone-a"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheSecondLockWaitsForTheFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path, io.Discard, "")
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := lock(short, path, io.Discard, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v while the first held it", err)
	}
	unlock()
	unlock, err = lock(t.Context(), path, io.Discard, "")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
