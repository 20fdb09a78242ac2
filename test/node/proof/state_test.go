//go:build linux

package proof

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/program"
)

// stateKey finds a script's state.
type stateKey struct{}

// A state is what one script has going on.
type state struct {
	env        *testscript.Env
	namespace  string
	kubeconfig string
	table      string // where its rows go
	runs       map[string]*program.Run
	change, by string    // of the scenario
	since      time.Time // when it began
	before     map[string]pod
	killed     string // how often, where a program was
}

func stateOf(ts *testscript.TestScript) *state {
	return ts.Value(stateKey{}).(*state) //nolint:errcheck,forcetypeassert // setUp has put it there.
}

// kubectl runs kubectl in the script's namespace and returns all that it says.
func (s *state) kubectl(args ...string) (string, error) { return s.kubectlWith("", args...) }

func (s *state) kubectlWith(stdin string, args ...string) (string, error) {
	cmd := exec.Command("kubectl", args...) //nolint:noctx // A script is ended as a whole.
	cmd.Path = the.parts.Control + "/kubectl"
	cmd.Err = nil // it was looked for in this program's PATH
	cmd.Env = s.env.Vars
	cmd.Stdin = strings.NewReader(stdin)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("kubectl %s: %w: %s", args[0], err, strings.TrimSpace(out.String()))
	}
	return out.String(), nil
}
