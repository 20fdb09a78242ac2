package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
	"github.com/kubectl-sts/kubectl-sts/test/program"
)

// builtPrometheus is test/prometheus, built for the first script that wants it, once for
// each directory of programs: go test -count has one for each round.
var builtPrometheus struct {
	sync.Mutex

	path string
	err  error
}

func buildPrometheus(path string) error {
	builtPrometheus.Lock()
	defer builtPrometheus.Unlock()
	if builtPrometheus.path != path {
		builtPrometheus.path, builtPrometheus.err = path, controlplane.BuildPrometheus(context.Background(), path)
	}
	return builtPrometheus.err
}

// prometheus is the one of a script.
type prometheus struct {
	*program.Run

	url   string
	stdin io.Closer // it ends with it
}

// cmdPrometheus has Prometheus scrape the pods of a file, which says of each how many
// requests it gets per second and how many seconds each takes. It waits until so much
// is known that a rate is of what they do now. A pod that was in the file before goes
// on counting; one that comes, perhaps again, begins at 0. The first one starts
// Prometheus, for this script, and sets $PROMETHEUS to its address.
//
//	prometheus FILE
func cmdPrometheus(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: prometheus FILE")
	}
	if w.prometheus == nil {
		ts.Check(w.startPrometheus(ts))
		ts.Setenv("PROMETHEUS", w.prometheus.url)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.prometheus.scrape(ctx, ts.ReadFile(args[0])); err != nil {
		_, said := w.prometheus.Said()
		ts.Fatalf("prometheus %s: %v\n%s", args[0], err, said)
	}
}

func (w *world) startPrometheus(ts *testscript.TestScript) error {
	path := filepath.Join(w.programs, "prometheus")
	if err := buildPrometheus(path); err != nil {
		return err
	}
	p := &prometheus{Run: program.New(exec.Command(path))} //nolint:noctx // leave ends it with the script
	p.Cmd.Env = []string{"TMPDIR=" + ts.Getenv("TMPDIR")}
	var err error
	if p.stdin, err = p.Cmd.StdinPipe(); err != nil {
		return err
	}
	if err := p.Start(); err != nil {
		return err
	}
	w.prometheus = p
	err = p.Until(regexp.MustCompile("^http://"), patience)
	stdout, stderr := p.Said()
	if err != nil {
		return fmt.Errorf("prometheus: %w\n%s", err, stderr)
	}
	p.url = strings.TrimSpace(stdout)
	return nil
}

// scrape has it scrape these pods, and waits until it has.
func (p *prometheus) scrape(ctx context.Context, pods string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, p.url+"/pods", strings.NewReader(pods))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", answer.Status, said)
	}
	return err
}

// end has it remove what it has stored.
func (p *prometheus) end() {
	_ = p.stdin.Close()
	if p.Ended(patience) != nil {
		p.Kill()
	}
}
