package lane

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// begin starts a run.
func (l *lane) begin(ctx context.Context, a schedule.Act, why judge.Purpose) (*run, error) {
	r := &run{
		lane: l, started: make(chan struct{}), done: make(chan struct{}), reached: make(chan struct{}), passed: make([]int, len(a.Faults)),
	}
	l.mu.Lock()
	r.Run = judge.Run{Number: len(l.runs), Act: a, Why: why}
	l.runs = append(l.runs, r)
	l.mu.Unlock()

	home := filepath.Join(l.work, fmt.Sprintf("home-%d", a.Home))
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	if err := l.writeManifest(home, a.Manifest); err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(l.work, fmt.Sprintf("kubeconfig-%d", r.Number))
	if err := l.writeKubeconfig(kubeconfig, r.token()); err != nil {
		return nil, err
	}
	program, environment := l.plane.program(r.Run, home, kubeconfig)
	limited, cancel := context.WithTimeout(ctx, l.plane.Hang)
	r.cmd = r.command(limited, program, a.Args)
	r.cmd.Dir, r.cmd.Env = home, environment
	r.From, r.Began = l.version(ctx), time.Now()
	before := records(home)
	stdout, stderr := &bytes.Buffer{}, &bytes.Buffer{}
	r.cmd.Stdout, r.cmd.Stderr = stdout, stderr
	if err := r.cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	close(r.started)
	go r.wait(func() {
		cancel()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.Stdout, r.Stderr, r.Ended = stdout.String(), stderr.String(), time.Now()
		for name := range records(home) {
			if !before[name] {
				r.Drawn = append(r.Drawn, name)
			}
		}
	})
	return r, nil
}

// writeManifest writes the file that a run is given, as somebody has it who has applied the
// set in the beginning.
func (l *lane) writeManifest(home string, m *schedule.Manifest) error {
	if m == nil {
		return nil
	}
	planned, known := l.planned(m.Set)
	if !known {
		return fmt.Errorf("no set %q in the schedule", m.Set)
	}
	set := manifested(planned, *m)
	set.TypeMeta = metav1.TypeMeta{APIVersion: "apps/v1", Kind: "StatefulSet"}
	// Under a name of its own first: another run may be reading the one that is there.
	file := filepath.Join(home, m.File())
	fresh := file + "." + rand.Text()
	if err := os.WriteFile(fresh, marshal(set), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}

func (r *run) token() string { return fmt.Sprintf("run-%d", r.Number) }

// records are the files in the folder of records below a home.
func records(home string) map[string]bool {
	out := map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(home, ".local", "state", "kubectl-sts", "pruned", "*")) // the pattern is well-formed
	for _, name := range files {
		out[name] = true
	}
	return out
}

// writeKubeconfig makes the kubeconfig of one run: the token says which.
func (l *lane) writeKubeconfig(file, token string) error {
	if err := l.passage.WriteKubeconfig(l.plane.Cluster.Kubeconfig, file); err != nil {
		return err
	}
	config, err := clientcmd.LoadFromFile(file)
	if err != nil {
		return err
	}
	here := config.Contexts[config.CurrentContext]
	here.Namespace = l.namespace
	config.AuthInfos = map[string]*clientcmdapi.AuthInfo{here.AuthInfo: {Token: token}}
	return clientcmd.WriteToFile(*config, file)
}
