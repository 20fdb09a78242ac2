package schedule

import (
	"fmt"
	"strconv"
	"strings"
)

func (g *generator) canary(m *model) []string {
	args := []string{"canary", m.Name}
	if m.going == "" || g.chance(75) {
		args = append(args, "--image=app="+g.newImage())
		args = g.sometimes(60, args, "--steps="+g.one("1", "1,50%", "50%", "2", "1,2,3", "100%"))
		args = append(args, "--soak="+g.one("0s", "0s", "500ms", "1s"))
		args = g.sometimes(30, args, "--on-failure=rollback")
	}
	args = append(args, g.one("--yes", "--yes", "--hold", "--hold=false"))
	if m.going == "canary" && strings.HasPrefix(args[2], "--image") {
		args = g.sometimes(50, args, "--replace")
	}
	args = g.sometimes(20, args, "--retry")
	args = g.sometimes(20, args, "--take-over")
	args = g.sometimes(10, args, "--force")
	args = g.sometimes(30, args, "--ignore-pdb")
	return g.limits(g.ordered(m, args)...)
}

// ordered says in which order pods are deleted, where it is the plugin that does so.
func (g *generator) ordered(m *model, args []string) []string {
	if !m.OnDelete {
		return args
	}
	return g.sometimes(40, args, "--order="+g.one("ascending", "descending", strconv.Itoa(m.Start)))
}

func (g *generator) promote(m *model) []string {
	args := g.sometimes(50, []string{"promote", m.Name}, "--full")
	args = g.sometimes(30, args, "--retry")
	args = g.sometimes(20, args, "--take-over")
	args = g.sometimes(30, args, "--ignore-pdb")
	return g.limits(g.sometimes(10, args, "--on-failure=rollback")...)
}

func (g *generator) undo(m *model) []string {
	args := []string{"undo", m.Name, "--yes", "--soak=" + g.one("0s", "500ms")}
	args = g.sometimes(20, args, "--steps=1")
	args = g.sometimes(30, args, "--retry")
	args = g.sometimes(20, args, "--take-over")
	return g.limits(g.ordered(m, args)...)
}

func (g *generator) restart(m *model) []string {
	args := []string{"restart", m.Name, "--yes", "--soak=" + g.one("0s", "500ms")}
	args = g.sometimes(40, args, fmt.Sprintf("--ordinals=%d", m.Start+g.IntN(max(1, m.replicas))))
	args = g.sometimes(30, args, "--retry")
	args = g.sometimes(20, args, "--take-over")
	args = g.sometimes(10, args, "--force")
	return g.limits(g.ordered(m, args)...)
}

func (g *generator) scale(m *model) []string {
	to := 1 + g.IntN(4)
	if m.replicas > 1 && g.chance(50) {
		to = 1 + g.IntN(m.replicas-1)
	}
	args := []string{"scale", m.Name, "--replicas=" + strconv.Itoa(to), "--yes"}
	if m.Template != "" {
		if to <= m.replicas {
			args = g.sometimes(85, args, "--pvc="+g.one("keep", "delete", "retain-volume", "retain-volume"))
		} else {
			args = g.sometimes(85, args, "--pvc="+g.one("reuse", "reuse", "fresh", "fail"))
		}
	}
	args = g.sometimes(15, args, "--step=2")
	args = g.sometimes(15, args, "--before-cmd=true")
	args = g.sometimes(20, args, "--retry")
	args = g.sometimes(20, args, "--take-over")
	args = g.sometimes(10, args, "--force")
	return g.limits(args...)
}

func (g *generator) prune(m *model) []string {
	args := g.sometimes(50, []string{"prune-pvc"}, m.Name)
	args = g.sometimes(85, args, "--yes")
	args = g.sometimes(60, args, "--retain-volumes")
	args = g.sometimes(25, args, "--deleted-sets")
	args = g.sometimes(20, args, "--ignore-hpa")
	return g.sometimes(20, args, "--timeout=20s")
}
