package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Generate makes the schedule of a seed, always the same. Every eighth is rough.
func Generate(seed uint64) Schedule {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x5757)), model: map[string]*model{}} //nolint:gosec // it has to be repeated
	s := Schedule{Seed: seed, Rough: seed%8 == 0, Way: g.one("abort", "undo", "canary")}
	s.Sets = g.sets()
	for acts := 3 + g.IntN(4); len(s.Acts) < acts; {
		if g.chance(20) {
			s.Acts = append(s.Acts, g.stubborn(s.Sets)...)
			continue
		}
		s.Acts = append(s.Acts, g.act(s.Sets, s.Rough))
	}
	return s
}

// generator draws, and has a guess at what each set is like by then.
type generator struct {
	*rand.Rand
	model map[string]*model
	image int
}

// model is a guess: runs that were killed may not have got there.
type model struct {
	Set
	replicas  int
	going     string // the verb in progress
	acts      int
	revisions int  // beside the first one
	retained  bool // claims may have been deleted, with their volumes there
}

func (g *generator) one(words ...string) string { return words[g.IntN(len(words))] }

// chance is true in so many of a hundred cases.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) sets() []Set {
	out := []Set{g.set("web")}
	if g.chance(25) {
		// Claims data-web-x-0 of web-x and of a template data-web of x have one name.
		out[0].Template = "data"
		other := g.set("x")
		other.Template, other.Replicas = "data-web", 1+g.IntN(2)
		if g.chance(50) {
			out[0].Name, other.Name = "web-x", "x"
		}
		out = append(out, other)
	}
	for _, s := range out {
		g.model[s.Name] = &model{Set: s, replicas: s.Replicas}
	}
	return out
}

func (g *generator) set(name string) Set {
	s := Set{Name: name, Replicas: 2 + g.IntN(3), Parallel: g.chance(35), OnDelete: g.chance(25)}
	if g.chance(25) {
		s.Start = 1 + g.IntN(5)
	}
	if g.chance(20) {
		s.MinReady = 1
	}
	if g.chance(75) {
		s.Template = "data"
		s.WhenScaled = g.one("", "Delete", "Retain")
		s.WhenDeleted = g.one("", "Delete", "Retain")
	}
	if g.chance(20) {
		s.Available = s.Replicas - 1
	}
	if g.chance(10) {
		s.Autoscaler = s.Replicas + g.IntN(2)
	}
	return s
}

func (g *generator) act(sets []Set, rough bool) Act {
	m := g.model[sets[g.IntN(len(sets))].Name]
	a := g.command(m)
	a.Faults = g.faults(m, rough)
	if g.chance(15) {
		a.Before = append(a.Before, g.edit(m))
	}
	if g.chance(15) {
		other := g.command(m)
		other.Home = 1 - a.Home
		other.Faults = g.faults(m, false)
		a.Beside, a.After = &other, 1+g.IntN(20)
	}
	return a
}

// stubborn is one command, given again each time that it was killed or its answers
// were lost, from either home.
func (g *generator) stubborn(sets []Set) []Act {
	m := g.model[sets[g.IntN(len(sets))].Name]
	a := g.command(m)
	a.Args = slices.DeleteFunc(a.Args, func(arg string) bool {
		return arg == "--replace" || strings.HasPrefix(arg, "--timeout") || strings.HasPrefix(arg, "--dry-run")
	})
	var out []Act
	for range 2 + g.IntN(3) {
		again := a
		again.Home = g.IntN(2)
		again.Args = slices.Clone(a.Args)
		again.Faults = []Fault{{Does: g.one(Kill, Killed, Killed, Lose, Int), Of: "write", After: g.IntN(4)}}
		out = append(out, again)
	}
	return append(out, a)
}

// faults are none in a third of the runs.
func (g *generator) faults(m *model, rough bool) []Fault {
	var out []Fault
	for range []int{0, 1, 1, 1, 2, 2, 3}[g.IntN(7)] {
		out = append(out, g.fault(m))
	}
	if rough && g.chance(40) {
		f := Fault{Does: Freeze, After: g.IntN(25), For: time.Duration(1+g.IntN(3)) * time.Second}
		if g.chance(40) {
			f = Fault{Does: Restart, After: g.IntN(25)}
		}
		out = append(out, f)
	}
	return out
}

func (g *generator) fault(m *model) Fault {
	f := Fault{
		Does: g.one(Kill, Kill, Killed, Killed, Int, Term, Stop, Delay, Delay, Drop, Lose, Lose, Repeat, Reject, Reject, Cut, Expire,
			Outage, Foreign),
		After: g.IntN(14),
	}
	milliseconds := func(most int) time.Duration { return time.Duration(50+g.IntN(most)) * time.Millisecond }
	switch f.Does {
	case Kill, Killed, Int, Term:
		if g.chance(75) {
			f.Of, f.After = "write", g.IntN(4)
		}
	case Stop:
		f.For = milliseconds(3000)
	case Delay:
		f.For, f.Times, f.Of = milliseconds(1500), 1+g.IntN(3), g.one("", "write", "read")
	case Drop, Lose, Repeat:
		f.Of, f.After, f.Times = g.one("write", "write", "read"), g.IntN(4), 1+g.IntN(2)
	case Reject:
		codes := []int{409, 410, 429, 500, 503}
		f.Code, f.Of, f.After, f.Times = codes[g.IntN(len(codes))], g.one("write", "read", "watch"), g.IntN(6), 1+g.IntN(4)
	case Cut:
		f.Of, f.After, f.Bytes, f.Times = "watch", g.IntN(4), 1+g.IntN(9000), 1+g.IntN(3)
	case Expire:
		f.Of, f.After, f.Times = "watch", g.IntN(5), 1+g.IntN(2)
	case Outage:
		f.For = milliseconds(2000)
	case Foreign:
		e := g.edit(m)
		f.Edit = &e
		if g.chance(60) {
			f.Of, f.After = "write", g.IntN(5)
		}
	}
	return f
}

func (g *generator) edit(m *model) Edit {
	e := Edit{
		Set: m.Name,
		Does: g.one(Template, Template, Template, Partition, Partition, Replicas, Replicas, Strategy, Strategy,
			DeletePod, DeletePod, DeletePod, DeletePod, DeletePod, DeleteSet, RecreateSet, RecreateSet,
			Annotations, Annotations, Garbage, Garbage, KeepClaim),
	}
	switch e.Does {
	case Template:
		e.Text = g.newImage()
	case Partition:
		e.Number = g.IntN(m.replicas + 1)
	case Replicas:
		e.Number = 1 + g.IntN(4)
		m.replicas = e.Number
	case DeletePod, KeepClaim:
		e.Number = g.IntN(max(1, m.replicas))
	case Garbage:
		e.Text = g.one("", "{", `{"version":1}`, `{"version":99}`, "null", "\x1b[31m")
	}
	return e
}

// newImage is one that was not there before; one in six does not start.
func (g *generator) newImage() string {
	g.image++
	kind := "v"
	if g.chance(16) {
		kind = g.one("bad-", "crash-", "unready-", "flap-", "slow-")
	}
	return "app:" + kind + strconv.Itoa(g.image+1)
}

// limits are flags that keep a run from taking long.
func (g *generator) limits(args ...string) []string {
	args = append(args, "--patience="+g.one("1s", "2s"), "--step-timeout="+g.one("5s", "10s"))
	if g.chance(30) {
		args = append(args, "--timeout="+g.one("3s", "20s", "40s"))
	}
	return args
}

func (g *generator) command(m *model) Act {
	a := Act{Home: g.IntN(2)}
	if g.chance(70) {
		a.Home = 0
	}
	verbs := []string{"canary", "canary", "canary", "canary", "restart", "restart", "scale", "scale", "scale", "scale", "hold"}
	m.acts++
	if m.acts > 1 {
		verbs = append(verbs, "prune-pvc", "prune-pvc", "status", "watch")
	}
	if m.revisions > 0 {
		verbs = append(verbs, "undo", "undo")
	}
	if g.chance(10) {
		verbs = []string{"abort", "promote", "release", "restore-pvc", "undo", "prune-pvc", "status", "watch"}
	}
	if m.retained && g.chance(30) {
		verbs = []string{"restore-pvc"}
	}
	switch m.going {
	case "canary", "undo", "restart":
		verbs = append(verbs, "abort", "abort", "abort", "promote", "promote", "promote", "again", "again", "undo")
	case "hold":
		verbs = append(verbs, "release", "release", "release", "canary", "scale")
	case "scale":
		verbs = append(verbs, "again", "again", "scale")
	}
	a.Args = g.verb(verbs[g.IntN(len(verbs))], m)
	switch {
	case a.Verb() != "watch" && a.Verb() != "status" && g.chance(12):
		a.Args = append(a.Args, "--dry-run="+g.one("client", "server"))
	default:
		m.happens(a)
	}
	if g.chance(90) {
		a.Args = append(a.Args, "-o", "json")
	}
	return a
}

// happens is what the guess is after an act.
func (m *model) happens(a Act) {
	m.retained = m.retained || a.Flag("pvc") == "retain-volume" || a.Has("retain-volumes")
	switch verb := a.Verb(); verb {
	case "canary", "undo", "restart", "hold":
		m.going = verb
		if verb == "canary" || verb == "restart" {
			m.revisions++
		}
	case "abort", "release":
		m.going = ""
	case "scale":
		m.going = "scale"
		if n, err := strconv.Atoi(a.Flag("replicas")); err == nil {
			m.replicas = n
		}
	}
}

func (g *generator) verb(verb string, m *model) []string {
	switch verb {
	case "again":
		if m.going == "scale" {
			return g.limits("scale", m.Name, "--replicas="+strconv.Itoa(m.replicas), "--yes", "--retry")
		}
		return g.limits(m.going, m.Name, "--yes", "--retry")
	case "canary":
		return g.canary(m)
	case "promote":
		return g.promote(m)
	case "abort":
		return g.limits("abort", m.Name, "--yes")
	case "undo":
		return g.undo(m)
	case "restart":
		return g.restart(m)
	case "scale":
		return g.scale(m)
	case "hold":
		return g.limits("hold", m.Name)
	case "release":
		return g.limits("release", m.Name, "--yes")
	case "prune-pvc":
		return g.prune(m)
	case "restore-pvc":
		return []string{verb, fmt.Sprintf("%s-%d", m.Name, m.Start+m.replicas+g.IntN(2)), "--timeout=20s"}
	case "watch":
		args := []string{verb, m.Name, "--timeout=" + g.one("2s", "5s"), "--patience=2s", "--step-timeout=4s"}
		return g.sometimes(30, args, "--follow")
	default:
		return g.sometimes(0, []string{verb, m.Name})
	}
}

// sometimes adds a flag in so many of a hundred cases.
func (g *generator) sometimes(percent int, args []string, flags ...string) []string {
	if g.chance(percent) {
		return append(args, flags...)
	}
	return args
}
