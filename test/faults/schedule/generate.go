package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
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
	withCommands(seed, s.Acts)
	withRecreates(&s)
	withReplaces(&s)
	return s
}

// generator draws, and has a guess at what each set is like by then.
type generator struct {
	*rand.Rand
	model map[string]*model
	image int
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
		limit := strings.HasPrefix(arg, "--timeout") && a.Verb() != "watch" // which may wait for a person
		return arg == "--replace" || limit || strings.HasPrefix(arg, "--dry-run")
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
