package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
)

// granted is what a script knows about the roles that it proves.
type granted struct {
	accounts *accounts
	parts    []part // what is to be proved
	beside   []part // what the account may do besides
	proved   map[permission]bool
}

// without are all that is granted, less some permissions.
func (g *granted) without(lacking ...permission) []part {
	return slices.Concat(without(g.parts, lacking), g.beside)
}

// find looks a permission up by its words, VERB RESOURCE.
func (g *granted) find(ts *testscript.TestScript, words string) []permission {
	if g == nil {
		ts.Fatalf("no role yet")
	}
	var out []permission
	for _, p := range permissions(g.parts) {
		if p.String() == words {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		ts.Fatalf("the role has no permission %q", words)
	}
	return out
}

// cmdRole makes a ServiceAccount that may do what the files of docs/rbac say,
// and nothing else: the kubeconfig file granted is its own, with its token. The
// first one is what the script proves.
//
//	role NAME [BESIDE...]
func cmdRole(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: role NAME [BESIDE...]")
	}
	if w.granted == nil {
		w.granted = &granted{accounts: &accounts{world: w}, proved: map[permission]bool{}}
	} else if unproved := w.granted.unproved(); unproved != "" {
		ts.Fatalf("another role before this one is proved: %s", unproved)
	}
	g := w.granted
	g.beside, g.proved = nil, map[permission]bool{}
	var err error
	g.parts, err = readRoles(args[0])
	ts.Check(err)
	for _, name := range args[1:] {
		parts, err := readRoles(name)
		ts.Check(err)
		g.beside = append(g.beside, parts...)
	}
	_, err = g.accounts.make(g.without(), ts.MkAbs("granted"))
	ts.Check(err)
}

// cmdNeeds proves that a program needs each of these permissions: without just
// this one it ends with exit code 1 and one line that names it, and has changed
// nothing. A list is taken away as well as from a server that does not send
// lists as watches, as those before 1.32.
//
//	needs PERMISSION... -- PROGRAM ARG...
func cmdNeeds(ts *testscript.TestScript, w *world, args []string) {
	split := slices.Index(args, "--")
	if split < 1 || split == len(args)-1 {
		ts.Fatalf("usage: needs PERMISSION... -- PROGRAM ARG...")
	}
	var needed []permission
	for _, words := range args[:split] {
		needed = append(needed, w.granted.find(ts, words)...)
	}
	ts.Check(w.audit.mark())
	failures := make([]error, len(needed))
	limit := make(chan struct{}, 3)
	var all sync.WaitGroup
	for i, p := range needed {
		all.Go(func() {
			limit <- struct{}{}
			failures[i] = w.fails(ts, p, args[split+1:])
			<-limit
		})
	}
	all.Wait()
	for i, err := range failures {
		if err != nil {
			ts.Fatalf("without %q: %v", needed[i], err)
		}
		w.granted.proved[needed[i]] = true
	}
	ts.Check(w.wroteNothing())
}

// fails runs a program without a permission.
func (w *world) fails(ts *testscript.TestScript, p permission, args []string) error {
	name := strings.NewReplacer(" ", "-", "/", "-").Replace(p.String())
	config := ts.MkAbs("without-" + name)
	user, err := w.granted.accounts.make(w.granted.without(p), config)
	if err != nil {
		return err
	}
	one, err := newProcess(ts, w, args)
	if err != nil {
		return err
	}
	one.Cmd.Env = append(one.Cmd.Env, "KUBECONFIG="+config, fmt.Sprintf("KUBE_FEATURE_WatchListClient=%t", p.verb != "list"))
	var stdout, stderr bytes.Buffer
	one.Cmd.Stdout, one.Cmd.Stderr = &stdout, &stderr
	_ = one.Cmd.Run()
	said := fmt.Sprintf("exit code %d, and it says:\n%s%s", one.Cmd.ProcessState.ExitCode(), &stdout, &stderr)
	want := fmt.Sprintf("cannot %s ", p)
	lines := slices.DeleteFunc(strings.Split(stdout.String()+stderr.String(), "\n"), func(line string) bool {
		// About create of pods/exec the server does not say whose permission it is.
		whose := strings.Contains(line, fmt.Sprintf("user %q cannot ", user)) || p.resource == "pods/exec"
		return !strings.Contains(line, want) || strings.HasPrefix(line, "warning: ") || !whose
	})
	if one.Cmd.ProcessState.ExitCode() != 1 || len(lines) != 1 {
		return fmt.Errorf("want exit code 1 and one line with %q and the user %q; %s", want, user, said)
	}
	return nil
}

// cmdLacking makes another account, which lacks an optional permission, and
// others that would hide that: the kubeconfig file lacking is its own. What the
// verb can't tell then is for the script to show.
//
//	lacking PERMISSION [HIDING...]
func cmdLacking(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: lacking PERMISSION [HIDING...]")
	}
	var gone []permission
	for i, words := range args {
		for _, p := range w.granted.find(ts, words) {
			if !p.optional {
				ts.Fatalf("%q is not optional: prove it with needs", p)
			}
			w.granted.proved[p] = w.granted.proved[p] || i == 0
			gone = append(gone, p)
		}
	}
	_, err := w.granted.accounts.make(w.granted.without(gone...), ts.MkAbs("lacking"))
	ts.Check(err)
}

// cmdProved checks that the script has shown of every permission, by itself,
// that it makes a difference: one that does not is not least privilege.
//
//	proved
func cmdProved(ts *testscript.TestScript, w *world, args []string) {
	if len(args) > 0 || w.granted == nil {
		ts.Fatalf("usage: proved, after role")
	}
	if unproved := w.granted.unproved(); unproved != "" {
		ts.Fatalf("nothing shows what these are for: %s", unproved)
	}
}

func (g *granted) unproved() string {
	var out []string
	for _, p := range permissions(g.parts) {
		if !g.proved[p] {
			out = append(out, p.String())
		}
	}
	return strings.Join(out, ", ")
}

// wroteNothing checks that no account of the script's has changed anything since
// the last mark.
func (w *world) wroteNothing() error {
	if err := w.audit.flush(); err != nil {
		return err
	}
	log, err := auditlog.ReadFrom(w.audit.log, w.audit.from)
	if err != nil {
		return err
	}
	for line := range bytes.Lines(log) {
		if !bytes.Contains(line, []byte(w.granted.accounts.prefix())) || !bytes.HasSuffix(line, []byte("\n")) {
			continue
		}
		var r auditlog.Request
		if err := json.Unmarshal(line, &r); err != nil {
			continue // a mark may stand in the middle of a line
		}
		if strings.HasPrefix(r.User.Username, w.granted.accounts.prefix()) && r.Write() && r.ResponseStatus.Code < 300 {
			return fmt.Errorf("%s: %s", filepath.Base(r.User.Username), r)
		}
	}
	return nil
}
