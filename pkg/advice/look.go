package advice

import (
	"cmp"
	"fmt"
	"iter"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// look is what the rules are asked about: a set in its world.
type look struct {
	*world.World
	set *world.Set
}

func (l *look) object() *appsv1.StatefulSet { return l.set.Object }
func (l *look) name() string                { return l.set.Object.Name }
func (l *look) spec() *corev1.PodSpec       { return &l.set.Object.Spec.Template.Spec }
func (l *look) snapshot() sts.Snapshot      { return l.set.Snapshot }
func (l *look) podLabels() labels.Set       { return l.set.Object.Spec.Template.Labels }

func (l *look) about() Object { return Object{"StatefulSet", l.set.Object.Namespace, l.name()} }

// beside is an object of the set's namespace.
func (l *look) beside(kind, name string) Object { return Object{kind, l.set.Object.Namespace, name} }

// replicas is how many pods the set wants.
func (l *look) replicas() int {
	if r := l.set.Object.Spec.Replicas; r != nil {
		return int(*r)
	}
	return 1
}

// value is evidence from the set.
func (l *look) value(field, value string) Evidence {
	return Evidence{Object: l.about(), Field: field, Value: value}
}

// patch mends the set by a patch of its spec.
func (l *look) patch(words string, spec map[string]any) Fix {
	return mend(l.about(), words, map[string]any{"spec": spec})
}

// operated reports whether the set belongs to another object, whose controller runs it:
// what looks forgotten on it may be that one's work.
func (l *look) operated() bool { return metav1.GetControllerOfNoCopy(l.set.Object) != nil }

// inProgress reports whether a verb has something in hand on the set, or may have.
func (l *look) inProgress() bool {
	found := operation.Find(l.snapshot())
	return found.First() != nil || len(found.Unreadable) > 0
}

// claims are those of the ordinals that the set wants, each with its template's index.
func (l *look) claims() iter.Seq2[int, world.Claim] {
	return func(yield func(int, world.Claim) bool) {
		if l.snapshot().Uncountable != nil {
			return
		}
		for i := range l.object().Spec.VolumeClaimTemplates {
			for o := range l.snapshot().Ordinals().All() {
				c, ok := l.Claims[l.snapshot().ClaimName(l.object().Spec.VolumeClaimTemplates[i].Name, o)]
				if ok && !yield(i, c) {
					return
				}
			}
		}
	}
}

// volume is a claim's volume, if it was read.
func (l *look) volume(c world.Claim) (world.Volume, bool) {
	if l.Cluster == nil || l.Cluster.Volume == nil || c.Volume == "" {
		return world.Volume{}, false
	}
	return l.Cluster.Volume(c.Volume)
}

// budgets are the PodDisruptionBudgets that cover the set's pods.
func (l *look) budgets() []*policyv1.PodDisruptionBudget {
	var out []*policyv1.PodDisruptionBudget
	for i := range l.Budgets {
		if b := &l.Budgets[i]; b.Namespace == l.object().Namespace && Selects(b.Spec.Selector, l.podLabels()) {
			out = append(out, b)
		}
	}
	return out
}

// Selects reports whether a selector selects these labels. One that is not there, or
// that can't be read, selects none.
func Selects(selector *metav1.LabelSelector, of map[string]string) bool {
	if selector == nil {
		return false
	}
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(of))
}

// container is one of a template, with the field that it is in.
type container struct {
	*corev1.Container
	field string
}

// containers are those that run as long as the pod does.
func containers(spec *corev1.PodSpec) []container {
	var out []container
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			out = append(out, container{c, fmt.Sprintf("spec.template.spec.initContainers[%d]", i)})
		}
	}
	for i := range spec.Containers {
		out = append(out, container{&spec.Containers[i], fmt.Sprintf("spec.template.spec.containers[%d]", i)})
	}
	return out
}

// mend is a fix by a patch: a command where that is of an object of a cluster.
func mend(target Object, words string, patch map[string]any) Fix {
	return Fix{Words: words, Patch: patch, Target: target}
}

// run is a fix by one command.
func run(h hint.Hint) Fix { return Fix{Commands: []hint.Hint{h}} }

// kindWord is how kubectl writes a kind before a name.
func kindWord(kind string) string { return strings.ToLower(cmp.Or(kind, "object")) }
