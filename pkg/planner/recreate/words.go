package recreate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
)

// details say what each change means.
func (n New) details(all []change, s sts.Snapshot) []string {
	var out []string
	for _, c := range all {
		if n.Grown {
			c.means = "new ordinals get it, too"
		}
		out = append(out, c.says+": "+c.means)
	}
	around := "the set is deleted and created again; it has no pods"
	if n := len(s.Pods); n > 0 {
		around = fmt.Sprintf("the set is deleted and created again around its %s; none restarts for it", sts.Count(n, "pod"))
	}
	if len(n.addedTemplates(s)) > 0 {
		around = fmt.Sprintf("the set is deleted and created again around its %s", sts.Count(len(s.Pods), "pod"))
	}
	return append(out, around)
}

// left says what of the manifest is left as it is, and which command applies that.
func (r Request) left(n New) []string {
	if len(n.Left) == 0 {
		return nil
	}
	if n.Canary {
		return []string{fmt.Sprintf("then canary rolls out other differences of the manifest: %s", strings.Join(n.Left, ", "))}
	}
	next := hint.Kube("", "apply", "-f", n.file())
	if slices.ContainsFunc(n.Left, func(field string) bool { return strings.HasPrefix(field, "spec.template") }) {
		next = hint.Plugin("", "canary", "-f", n.file())
	}
	return []string{fmt.Sprintf("other differences of the manifest are not applied: %s; apply them afterwards with: %s",
		strings.Join(n.Left, ", "), r.Caller.Command(next))}
}

// file is the name of the manifest in commands.
func (n New) file() string { return cmp.Or(n.File, Filename) }

// unused says which claims no set wants any more.
func (r Request) unused(n New, s sts.Snapshot) []string {
	after, err := saved.Parse(n.Default)
	if err != nil {
		return nil
	}
	var names []string
	for _, template := range s.ClaimTemplates() {
		if named(list(after.Spec()[fieldTemplates]), template) != nil {
			continue
		}
		for i := range s.Claims {
			if _, of := s.ClaimOrdinal(template, s.Claims[i].Name); of {
				names = append(names, s.Claims[i].Name)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s are not deleted; once no pod has their volume, find them with: %s",
		plan.ClaimNames(names), r.Caller.Sts("prune-pvc", s.Name()))}
}
