package replace

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// noTemplates refuses a set whose pods have no claims of their own.
func noTemplates(s sts.Snapshot) *plan.Refusal {
	no := refuse.ClaimTemplates(s)
	if no != nil {
		no.Try = []hint.Hint{hint.Plugin("restart its pods instead", "restart", s.Name())}
	}
	return no
}

// noTemplate refuses a claim template that the set does not have.
func (r Request) noTemplate(s sts.Snapshot) *plan.Refusal {
	for _, template := range r.Templates {
		if !slices.Contains(s.ClaimTemplates(), template) {
			return &plan.Refusal{Why: fmt.Sprintf("statefulset %q has no claim template %q: it has %s",
				s.Name(), template, strings.Join(s.ClaimTemplates(), ", "))}
		}
	}
	return nil
}

// unready refuses an ordinal without a pod that could go, or without a claim.
func (r Request) unready(ordinal int, s sts.Snapshot) *plan.Refusal {
	name := s.PodName(ordinal)
	pod, there := s.Pod(ordinal)
	switch {
	case !there:
		no := &plan.Refusal{Why: fmt.Sprintf("pod %s is not there: its claims can be replaced once it is", name)}
		no.Try = []hint.Hint{hint.Plugin("see what is the matter", "status", s.Name())}
		return no
	case pod.Terminating:
		return &plan.Refusal{
			Why: fmt.Sprintf("pod %s is being deleted already: its claims can be replaced once it is back", name),
			Try: []hint.Hint{
				hint.Plugin("see what is the matter", "status", s.Name()),
				hint.Words("if its node is lost for good, tell Kubernetes so: delete the node, or taint it with " +
					"node.kubernetes.io/out-of-service"),
			},
		}
	case len(r.claims(s, ordinal)) == 0:
		return &plan.Refusal{Why: fmt.Sprintf("pod %s has no claim to be replaced", name)}
	}
	return nil
}

// broken refuses several pods where one of them is not Available: what it has may be what no
// other has. Alone it may be as it likes, for that may be what is to be mended.
func broken(s sts.Snapshot, pods map[int]types.UID, now time.Time) *plan.Refusal {
	if len(pods) == 1 {
		return nil
	}
	for o := range s.Ordinals().All() {
		t := s.PodProgress(o, "", now)
		if _, goes := pods[o]; !goes || t.Good() {
			continue
		}
		return &plan.Refusal{
			Why: fmt.Sprintf("%s is %s: together with others its claims are not replaced", t.Pod, t.Says()),
			Try: []hint.Hint{
				hint.Plugin("see what is the matter", "status", s.Name()),
				hint.Plugin("replace its claims alone, if they are what is the matter", "replace", s.Name(), "--ordinals", fmt.Sprint(o)),
			},
		}
	}
	return nil
}

// refuse refuses claims that something protects, each with its reason.
func (r Request) refuse(s sts.Snapshot, renewed map[string]types.UID) *plan.Refusal {
	index := r.World.Index()
	var said []string
	for i := range s.Claims {
		c := s.Claims[i]
		if renewed[c.Name] != c.UID || c.Deleting { // what is being deleted is nobody's any more
			continue
		}
		if _, why := index.Protects(c, claims.Owner{Set: &s, Pod: s.PodOf(c.Name), Replaced: true}); why != "" {
			said = append(said, plan.ClaimNames([]string{c.Name})+": "+why)
		}
	}
	if said == nil {
		return r.unborn(s)
	}
	return &plan.Refusal{Why: "nothing is replaced; " + strings.Join(said, "; ")}
}

// unborn refuses where the new claims would not be provisioned.
func (r Request) unborn(s sts.Snapshot) *plan.Refusal {
	for _, template := range r.chosen(s) {
		if no := refuse.Class(template, s.TemplateClass(template), r.Classes); no != nil {
			return no
		}
	}
	return nil
}

// alone refuses to take the data away from where it can't come back: from the only pod,
// and from all pods one after another where nobody asks whether it is back and the volumes
// go as well.
func (r Request) alone(s sts.Snapshot, pods map[int]types.UID) *plan.Refusal {
	why := ""
	switch {
	case r.Force, len(pods) < s.Replicas():
		return nil
	case s.Replicas() == 1:
		why = fmt.Sprintf("%s is the only pod of statefulset %q: it would begin without its data, which no other has",
			s.PodName(s.Ordinals().First()), s.Name())
	case r.Delete && !r.asks():
		why = fmt.Sprintf("with --pvc=delete every pod of statefulset %q loses its volume, and nothing asks whether one has its data "+
			"back before the next goes", s.Name())
	default:
		return nil
	}
	no := &plan.Refusal{Why: why}
	if r.Delete && s.Replicas() > 1 {
		no.Try = append(no.Try, hint.Words("give a command or a check that says so: --after-exec, --check-exec, --preset"))
	}
	no.Try = append(no.Try, hint.Words("go ahead all the same with --force"))
	return no
}

// unasked refuses to go on without what asked whether the data is back, as a start without
// that is refused.
func (r Request) unasked(record *operation.Rollout, s sts.Snapshot) *plan.Refusal {
	if r.Delete = !record.Retain; !r.Delete || !r.ChecksChanged {
		return nil
	}
	return r.alone(s, record.Pods)
}

// asks reports whether something is asked about a pod that is back, besides that it is
// Available.
func (r Request) asks() bool { return len(r.Hooks.After) > 0 || len(r.Checks) > 0 }

// same refuses to go on with a replace of other ordinals or claims than asked for.
func (r Request) same(record *operation.Rollout, s sts.Snapshot) *plan.Refusal {
	begun := slices.Sorted(maps.Keys(record.Pods))
	asked := slices.Sorted(slices.Values(r.Ordinals))
	if r.All {
		asked = slices.Collect(s.Ordinals().All())
		begun = slices.DeleteFunc(begun, func(o int) bool { return !s.Ordinals().Has(o) })
	}
	of, templates := "ordinals "+workload.OrdinalWords(begun), renews(record, s)
	switch {
	case asked != nil && !slices.Equal(asked, begun):
	case r.Templates != nil && !slices.Equal(slices.Compact(slices.Sorted(slices.Values(r.Templates))), templates):
		of = "claim templates " + strings.Join(templates, ", ")
	default:
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("a replace of statefulset %q is in progress, of %s", s.Name(), of),
		Try: []hint.Hint{
			hint.Plugin("finish it first", "replace", s.Name()), hint.Plugin("or give it up", "abort", s.Name()),
		},
	}
}

// renews are the claim templates whose claims a replace in progress is about, by name.
func renews(record *operation.Rollout, s sts.Snapshot) []string {
	var out []string
	for _, template := range s.ClaimTemplates() {
		for name := range record.Claims {
			if _, of := s.ClaimOrdinal(template, name); of {
				out = append(out, template)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}
