package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module     = "github.com/kubectl-sts/kubectl-sts"
	clientGo   = "k8s.io/client-go"
	checks     = module + "/pkg/check"
	cobra      = "github.com/spf13/cobra"
	app        = module + "/pkg/app"
	cli        = module + "/pkg/cli"
	decision   = module + "/pkg/engine"
	facts      = module + "/pkg/sts/..."
	hints      = module + "/pkg/hint"
	plans      = module + "/pkg/plan"
	writers    = plans + "/writeback"
	processes  = module + "/pkg/process"
	receipts   = module + "/pkg/receipt"
	unused     = module + "/pkg/claims"
	kube       = module + "/pkg/kube"
	feed       = kube + "/feed"
	forward    = kube + "/forward"
	pvc        = kube + "/pvc"
	lists      = kube + "/inturn"
	survey     = kube + "/survey"
	wire       = kube + "/transport"
	report     = module + "/pkg/report"
	term       = module + "/pkg/term"
	verbs      = module + "/pkg/cmd"
	workloads  = module + "/pkg/workload"
	templates  = module + "/pkg/podtemplate"
	operations = module + "/pkg/operation"
)

// room is one row of the table: a folder, with all below it, and what it never
// imports. A room may always import itself.
type room struct {
	dir     string
	never   []string
	but     []string // what it may import all the same; "/..." stands for all below, too
	noClock bool     // the caller passes the time in
	main    bool     // may exit, and may name the standard streams to hand them on
	streams bool     // may name the standard streams
}

// rooms is the whole house. A folder under pkg or cmd that no row covers fails
// the test, so a new or renamed package gets a row before it gets in. Where two
// rows cover a folder, the longer one holds.
var rooms = []room{
	// Hints are words and nothing else: whoever knows what helps may name it.
	{dir: "pkg/hint", never: []string{module, "k8s.io", cobra}, noClock: true},
	{dir: "pkg/workload", never: []string{module, clientGo, cobra}, noClock: true},
	// A template is a template whatever set it is of.
	{dir: "pkg/podtemplate", never: []string{module, clientGo, cobra}, but: []string{workloads}, noClock: true},
	{dir: "pkg/sts", never: []string{module, clientGo, cobra}, but: []string{hints, workloads, templates}, noClock: true},
	// What is in progress is told by records and conditions: no planner is known here.
	{
		dir: "pkg/operation", never: []string{module, clientGo, cobra}, but: []string{facts, workloads, templates, hints, plans, checks},
		noClock: true,
	},
	{dir: "pkg/planner", never: []string{clientGo, cobra, app, cli, report, term, kube, verbs, module + "/pkg/engine"}, noClock: true},
	// Rules over what one look shows: what they find goes into a plan, or onto a page.
	{dir: "pkg/advice", never: []string{clientGo, cobra, app, cli, report, term, kube, verbs, module + "/pkg/engine"}, noClock: true},
	// What their tests share runs the plans that they make.
	{dir: "pkg/planner/verbtest", never: []string{clientGo, cobra, app, cli, report, term, kube, verbs}, noClock: true},
	{dir: "pkg/verdict", never: []string{clientGo, cobra, cli, report, term, kube}, noClock: true},
	{dir: "pkg/history", never: []string{clientGo, cobra, cli, report, term, kube}, noClock: true},
	// Whose a claim is, only facts about sets tell: their names and ranges.
	{dir: "pkg/claims", never: []string{module, clientGo, cobra}, but: []string{facts, workloads, templates}, noClock: true},
	// The rules know what there is to see, and nobody who looks.
	{
		dir: "pkg/advice", never: []string{module, clientGo, cobra}, but: []string{facts, workloads, templates, hints, operations, unused},
		noClock: true,
	},
	{dir: "pkg/manifest", never: []string{module, clientGo, cobra}, but: []string{templates}, noClock: true},
	// A clock is passed in, but files are read and written here.
	{dir: "pkg/receipt", never: []string{clientGo, cobra, app, cli, report, term, kube, verbs, module + "/pkg/engine"}, noClock: true},
	// What is measured is data; who measures it knows clients.
	{dir: "pkg/preset", never: []string{module, clientGo, cobra}, but: []string{checks, plans, facts}, noClock: true},
	{dir: "pkg/check", never: []string{module, clientGo, cobra}, but: []string{facts}, noClock: true},
	{
		dir:     "pkg/check/measure",
		never:   []string{module, clientGo, cobra},
		but:     []string{facts, module + "/pkg/check/...", processes},
		noClock: true,
	},
	{dir: "pkg/plan", never: []string{module, clientGo, cobra}, but: []string{facts, workloads, templates, hints, checks}, noClock: true},
	{
		dir:     "pkg/engine",
		never:   []string{module, clientGo, cobra},
		but:     []string{facts, workloads, templates, hints, checks, plans, writers},
		noClock: true,
	},
	// What a run waits for takes time; what it decides does not.
	{
		dir:   "pkg/engine/loop",
		never: []string{module, clientGo, cobra},
		but:   []string{facts, workloads, templates, hints, checks, plans, decision},
	},
	// The other executor knows what it deletes, and writes down how that is restored.
	{
		dir: "pkg/engine/batch", never: []string{module, clientGo, cobra},
		but: []string{facts, workloads, templates, hints, plans, decision, unused, receipts},
	},
	{dir: "pkg/engine/enginetest", never: []string{clientGo, cobra, app, cli, report, term, kube, verbs}, noClock: true},
	{dir: "pkg/kube", never: []string{cobra, cli, report, term}},
	{dir: "pkg/report", never: []string{clientGo, cobra, cli, kube}},
	// These know what all forms share, and no other form.
	{dir: "pkg/report/ci", never: []string{report, clientGo, cobra, cli, kube}, but: []string{report}},
	{dir: "pkg/report/object", never: []string{report, clientGo, cobra, cli, kube}, but: []string{report}},
	{dir: "pkg/report/text", never: []string{report, clientGo, cobra, cli, kube}, but: []string{report, report + "/table"}},
	{dir: "pkg/report/status", never: []string{report, clientGo, cobra, cli, kube}, but: []string{report, report + "/table"}},
	{dir: "pkg/report/table", never: []string{report, clientGo, cobra, cli, kube}, but: []string{report}},
	{dir: "pkg/templates", never: []string{module, "k8s.io", cobra}, noClock: true},
	{dir: "pkg/term", never: []string{cli}, streams: true},
	{dir: "pkg/options", never: []string{clientGo, cli, verbs, app, kube}},
	{dir: "pkg/process", never: []string{module, "k8s.io", cobra}},
	// Whoever wants something of the API server asks kube's client.
	{dir: "pkg/app", never: []string{cli, verbs, wire, feed, pvc, forward, lists, survey}},
	{dir: "pkg/complete", never: []string{verbs, clientGo, cli, wire, feed, pvc, forward, lists, survey}},
	{dir: "pkg/cmd", never: []string{verbs, clientGo, cli, wire, feed, pvc, forward, lists, survey}},
	{dir: "pkg/cli"},
	{dir: "cmd", main: true, streams: true},
}

// names are identifiers of other packages, by import path.
type names map[string][]string

var (
	clocks = names{
		"time":                                 {"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep"},
		"k8s.io/apimachinery/pkg/apis/meta/v1": {"Now", "NowMicro"},
	}
	exits = names{
		"os":  {"Exit"},
		"log": {"Fatal", "Fatalf", "Fatalln"},
	}
	streams = names{
		"os":  {"Stdin", "Stdout", "Stderr"},
		"fmt": {"Print", "Printf", "Println"},
	}
)

// violations reports what the files do that their rooms forbid, in order.
func violations(t *testing.T, files map[string]string) []string {
	t.Helper()
	var found []string
	for name, src := range files {
		r, ok := roomOf(path.Dir(name))
		if !ok {
			found = append(found, fmt.Sprintf("%s: no room for %s: give it a row in rooms", name, path.Dir(name)))
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		require.NoError(t, err)
		check := checker{room: r, file: file, say: func(at token.Pos, format string, args ...any) {
			found = append(found, fmt.Sprintf("%s:%d: ", name, fset.Position(at).Line)+fmt.Sprintf(format, args...))
		}}
		check.imports()
		check.names()
		check.inits()
	}
	slices.Sort(found)
	return found
}

// roomOf finds the row for a folder. Each verb is a room by itself.
func roomOf(dir string) (room, bool) {
	var best room
	for _, r := range rooms {
		if within(dir, r.dir) && len(r.dir) > len(best.dir) {
			best = r
		}
	}
	if best.dir == "pkg/cmd" {
		verb, ok := strings.CutPrefix(dir, "pkg/cmd/")
		if !ok {
			return room{}, false // the folder holds verbs, no code of its own
		}
		verb, _, _ = strings.Cut(verb, "/")
		best.dir = path.Join(best.dir, verb)
	}
	return best, best.dir != ""
}

// may reports whether it may import what it otherwise never does.
func (r room) may(imported string) bool {
	return slices.ContainsFunc(r.but, func(but string) bool {
		dir, below := strings.CutSuffix(but, "/...")
		return imported == dir || below && within(imported, dir)
	})
}

// within reports whether a slash-separated path is the folder or below it.
func within(name, dir string) bool {
	return name == dir || strings.HasPrefix(name, dir+"/")
}

// checker holds one file against its room.
type checker struct {
	room room
	file *ast.File
	say  func(at token.Pos, format string, args ...any)
}

func (c checker) imports() {
	for _, spec := range c.file.Imports {
		imported := importPath(spec)
		if spec.Name != nil && spec.Name.Name == "." {
			c.say(spec.Pos(), "a dot import hides what is used of %s", imported)
		}
		if within(imported, path.Join(module, c.room.dir)) || c.room.may(imported) {
			continue
		}
		if slices.ContainsFunc(c.room.never, func(never string) bool { return within(imported, never) }) {
			c.say(spec.Pos(), "%s must not import %s", c.room.dir, imported)
		}
	}
}

func (c checker) names() {
	byName := map[string]string{}
	for _, spec := range c.file.Imports {
		imported := importPath(spec)
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		byName[name] = imported
	}
	ast.Inspect(c.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		named := func(in names) bool { return slices.Contains(in[byName[pkg.Name]], sel.Sel.Name) }
		switch {
		case c.room.noClock && named(clocks):
			c.say(sel.Pos(), "%s has no clock, but names %s.%s", c.room.dir, pkg.Name, sel.Sel.Name)
		case !c.room.main && named(exits):
			c.say(sel.Pos(), "only main ends the process, but this names %s.%s", pkg.Name, sel.Sel.Name)
		case !c.room.streams && named(streams):
			c.say(sel.Pos(), "streams are passed in, but this names %s.%s", pkg.Name, sel.Sel.Name)
		}
		return true
	})
}

func (c checker) inits() {
	for _, decl := range c.file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			c.say(fn.Pos(), "func init runs unasked")
		}
	}
}

func importPath(spec *ast.ImportSpec) string {
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value // the parser has refused it already
	}
	return imported
}
