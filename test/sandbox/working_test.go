package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// look is what kubectl answers to a look at the probe.
type look struct {
	out string
	err error
}

// planeOf is a control plane whose probe looks like this, one look after another
// and the last one for ever, and what is done about it.
func planeOf(t *testing.T, looks ...look) (p plane, done *[]string) {
	t.Helper()
	done = &[]string{}
	namespace := ""
	p.name = "x"
	p.revive = func(context.Context) error {
		*done = append(*done, "revive")
		return nil
	}
	p.kubectl = func(_ context.Context, stdin string, args ...string) ([]byte, error) {
		*done = append(*done, args[0])
		switch args[0] {
		case "get":
			namespace = args[slices.Index(args, "--namespace")+1]
			now := looks[0]
			looks = looks[min(1, len(looks)-1):]
			return []byte(now.out), now.err
		case "apply":
			if strings.Count(stdin, namespace) < 2 || strings.Contains(stdin, "NAME") {
				t.Errorf("namespace %s is looked at, and this is applied:\n%s", namespace, stdin)
			}
		case "delete":
			if want := []string{"delete", "namespace", namespace, "--wait=false"}; !reflect.DeepEqual(args, want) {
				t.Errorf("got %q, want %q", args, want)
			}
		}
		return nil, nil
	}
	return p, done
}

func TestAClusterWorksOnceItsProbeIsAvailable(t *testing.T) {
	away := look{err: errors.New("connection refused")}
	for _, test := range []struct {
		name  string
		looks []look
		want  []string
	}{
		{"at once", []look{{out: "probe 1"}}, []string{"revive", "get", "delete"}},
		{"the probe is made first", []look{{out: " "}, {out: "probe 1"}}, []string{"revive", "get", "apply", "revive", "get", "delete"}},
		{
			"and made again where only its namespace was",
			[]look{{out: " "}, {out: " "}, {out: "probe 1"}},
			[]string{"revive", "get", "apply", "revive", "get", "apply", "revive", "get", "delete"},
		},
		{
			"none of its pods is Available yet",
			[]look{{out: "probe "}, {out: "probe 0"}, {out: "probe 1"}},
			[]string{"revive", "get", "revive", "get", "revive", "get", "delete"},
		},
		{
			"what has exited is started again before each look",
			[]look{away, away, {out: "probe 1"}},
			[]string{"revive", "get", "revive", "get", "revive", "get", "delete"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, done := planeOf(t, test.looks...)
				if err := p.becomesWorking(t.Context()); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(*done, test.want) {
					t.Errorf("got %q, want %q", *done, test.want)
				}
			})
		})
	}
}

func TestAClusterThatDoesNotGetToWorkSaysWhy(t *testing.T) {
	for _, test := range []struct {
		name string
		look look
		want string
	}{
		{"a pod is not run", look{out: "probe 0"}, "a pod does not become Available: probe 0"},
		{"nobody answers", look{err: errors.New("connection refused")}, "connection refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, done := planeOf(t, test.look)
				err := p.becomesWorking(t.Context())
				if want := `cluster "x" does not get to work: ` + test.want; err == nil || err.Error() != want {
					t.Errorf("got %v, want %s", err, want)
				}
				if slices.Contains(*done, "delete") {
					t.Error("the probe is deleted, which somebody may want to look at")
				}
			})
		})
	}
}

func TestAComponentThatCannotBeStartedEndsTheWait(t *testing.T) {
	p, done := planeOf(t, look{out: "probe 1"})
	broken := errors.New("no such file")
	p.revive = func(context.Context) error { return broken }
	if err := p.becomesWorking(t.Context()); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if len(*done) > 0 {
		t.Errorf("did %q all the same", *done)
	}
}

// running puts a process in the place of each component. They end with the test.
func running(t *testing.T, c cluster) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(c.pidFile("etcd")), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, component := range components {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "read line", "sh", filepath.Join(c.kwokDir(), component))
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		t.Cleanup(func() { _ = stdin.Close(); <-ended })
		if err := os.WriteFile(c.pidFile(component), []byte(strconv.Itoa(cmd.Process.Pid)), 0o644); err != nil {
			t.Fatal(err)
		}
		for !c.runs(component) { // until it has its own command line
			time.Sleep(time.Millisecond)
		}
	}
}

// kwokctl is a tool that only notes how it is called.
func kwokctl(t *testing.T) (bin string, calls func() string) {
	t.Helper()
	bin = t.TempDir()
	log := filepath.Join(bin, "calls")
	script := "#!/bin/sh\necho \"$@\" >>'" + log + "'\n"
	if err := os.WriteFile(filepath.Join(bin, "kwokctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return bin, func() string {
		content, _ := os.ReadFile(log) // there is none before the first call
		return string(content)
	}
}

func TestOnlyWhatHasExitedIsStartedAgain(t *testing.T) {
	c := cluster{name: "x", dir: t.TempDir()}
	running(t, c)
	bin, calls := kwokctl(t)
	if err := c.revive(t.Context(), bin); err != nil {
		t.Fatal(err)
	}
	if got := calls(); got != "" {
		t.Errorf("everything runs, but kwokctl was called: %s", got)
	}

	// As after a crash: its file is there still, and the number is somebody else's.
	if err := os.WriteFile(c.pidFile("kube-scheduler"), []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.revive(t.Context(), bin); err != nil {
		t.Fatal(err)
	}
	if got, want := calls(), "start cluster --name x\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	left := slices.DeleteFunc(slices.Clone(components), func(component string) bool { return component == "kube-scheduler" })
	for _, component := range left {
		if !c.runs(component) {
			t.Errorf("%s does not run any more", component)
		}
	}
	if exists(c.pidFile("kube-scheduler")) {
		t.Error("kwokctl would take another process for kube-scheduler")
	}
}
