package advice

import (
	"cmp"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func identityRules() []Rule {
	return []Rule{
		{
			ID: "I1", Group: Identity, Severity: Warning, Title: "no Service for the names of the pods",
			Why: "The pods of a set get DNS names such as web-0.web by the Service that serviceName names, if that is headless " +
				"(clusterIP: None) and selects them. Otherwise members can't find each other by name. It is about sets of several " +
				"pods. In files, a Service that is not among them may be elsewhere, and nothing is said.",
			Live: true, Files: true, Needs: []world.Part{world.PartServices}, judge: nameless,
		},
		{
			ID: "I4", Group: Identity, Severity: Error, Title: "a name that is too long for its pods",
			Why: "The controller labels each pod with the name of its revision, which is the set's name and up to 11 more " +
				"characters, and a label has at most 63. With a name of more than 52 the API server refuses the pods, depending on " +
				"the revision's hash: maybe not today's, but that of the next rollout.",
			Live: true, Files: true, judge: tooLong,
		},
		{
			ID: "I5", Group: Identity, Severity: Warning, Title: "two sets that select each other's pods",
			Why: "The selectors of two sets select the pods of both. Each controller leaves the other's pods alone, but Services and " +
				"PodDisruptionBudgets with these labels count them together, and revisions that have lost their owner are adopted " +
				"by either.",
			Live: true, Files: true, judge: overlaps,
		},
		{
			ID: "I6", Group: Identity, Severity: Warning, Title: "pods with the DNS names of another Service",
			Why: "A pod gets its subdomain when it is made. Where the set was recreated with another serviceName it has adopted " +
				"pods whose names are those of the Service before, until they are restarted.",
			Live: true, Needs: []world.Part{world.PartPods}, judge: oldNames,
		},
		{
			ID: "I8", Group: Identity, Severity: Error, Title: "a selector that does not select the set's own pods",
			Why: "The labels of the template do not match the set's selector. The API server refuses such a set, whether it is there " +
				"already or not.",
			Files: true, judge: strangers,
		},
	}
}

// nameless is I1.
func nameless(l *look) []Finding {
	name := l.object().Spec.ServiceName
	if l.replicas() < 2 || name == "" {
		return nil
	}
	i := slices.IndexFunc(l.Services, func(s corev1.Service) bool { return s.Name == name && s.Namespace == l.object().Namespace })
	e := l.value("spec.serviceName", name)
	if i < 0 {
		if !l.Live {
			return nil
		}
		return []Finding{{
			Says:     fmt.Sprintf("the pods of %s have no DNS names: there is no Service %s", l.name(), name),
			Evidence: []Evidence{e},
			Fix:      l.headless(name),
		}}
	}
	s := &l.Services[i]
	object := l.beside("Service", name)
	switch {
	case s.Spec.ClusterIP != corev1.ClusterIPNone && (s.Spec.ClusterIP != "" || !l.Live):
		return []Finding{{
			Says:     fmt.Sprintf("the pods of %s have no DNS names of their own: Service %s is not headless", l.name(), name),
			Evidence: []Evidence{e, {Object: object, Field: "spec.clusterIP", Value: cmp.Or(s.Spec.ClusterIP, "not None")}},
			Fix: Fix{Words: "a Service can't be made headless: create another one with clusterIP: None, and name it in a new set's " +
				"serviceName, which can't be changed either"},
		}}
	case len(s.Spec.Selector) > 0 && !Selects(metav1.SetAsLabelSelector(s.Spec.Selector), l.podLabels()):
		return []Finding{{
			Says: fmt.Sprintf("the pods of %s have no DNS names: Service %s does not select them", l.name(), name),
			Evidence: []Evidence{
				e,
				{Object: object, Field: "spec.selector", Value: mapWords(s.Spec.Selector)},
				l.value("spec.template.metadata.labels", mapWords(l.podLabels())),
			},
			Fix: l.selecting(object, s.Spec.Selector),
		}}
	}
	return nil
}

// headless creates the Service. Names do not depend on its ports, so it has none.
func (l *look) headless(name string) Fix {
	fix := Fix{Words: "create a headless Service " + name + " that selects the set's pods"}
	if selector := l.object().Spec.Selector; selector != nil && len(selector.MatchExpressions) == 0 {
		fix.Create = map[string]any{
			"apiVersion": "v1", "kind": "Service",
			"metadata": map[string]any{"name": name, "namespace": l.object().Namespace},
			"spec":     map[string]any{"clusterIP": corev1.ClusterIPNone, "selector": selector.MatchLabels},
		}
	}
	return fix
}

// selecting has a Service select the set's pods, where nobody else can be served by it:
// in a cluster a Deployment may be, which nobody has looked at.
func (l *look) selecting(service Object, old map[string]string) Fix {
	selector := l.object().Spec.Selector
	if l.Live || selector == nil || len(selector.MatchLabels) == 0 || len(selector.MatchExpressions) > 0 {
		return Fix{Words: "see whose pods it is for: have it select these, or name a headless Service of their own, in a new " +
			"set's serviceName"}
	}
	return mend(service, "select them", map[string]any{"spec": map[string]any{"selector": l.newSelector(old)}})
}

// newSelector is a patch that takes the old labels away and asks for the set's.
func (l *look) newSelector(old map[string]string) map[string]any {
	out := map[string]any{}
	for key := range old {
		out[key] = nil
	}
	for key, value := range l.object().Spec.Selector.MatchLabels {
		out[key] = value
	}
	return out
}

// tooLong is I4.
func tooLong(l *look) []Finding {
	const most = validation.LabelValueMaxLength - len("-") - 10 // the digits of a hash
	if len(l.name()) <= most {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("the API server can refuse the pods of %s: its name has %d characters, and more than %d do not fit into the "+
			"label of the revision", l.name(), len(l.name()), most),
		Evidence: []Evidence{l.value("metadata.name", l.name())},
		Fix:      Fix{Words: fmt.Sprintf("give it a name of at most %d characters", most)},
	}}
}

// overlaps is I5.
func overlaps(l *look) []Finding {
	selector, err := metav1.LabelSelectorAsSelector(l.object().Spec.Selector)
	if err != nil {
		return nil
	}
	var names []string
	evidence := []Evidence{l.value("spec.selector", metav1.FormatLabelSelector(l.object().Spec.Selector))}
	for i := range l.Sets {
		other := look{World: l.World, set: &l.Sets[i]}
		if other.name() == l.name() || other.object().Namespace != l.object().Namespace ||
			!selector.Matches(other.podLabels()) || !Selects(other.object().Spec.Selector, l.podLabels()) {
			continue
		}
		names = append(names, other.name())
		evidence = append(evidence, Evidence{
			Object: other.about(), Field: "spec.selector", Value: metav1.FormatLabelSelector(other.object().Spec.Selector),
		})
	}
	if len(names) == 0 {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("Services and PodDisruptionBudgets of %s can count the pods of %s as its own: each selects the pods of all",
			l.name(), sts.Few(names)),
		Evidence: firstFew(evidence),
		Fix: Fix{Words: "give each set a label of its own in its selector and its template; a selector can't be changed, so that " +
			"takes a new set"},
	}}
}

// oldNames is I6.
func oldNames(l *look) []Finding {
	var names []string
	var evidence []Evidence
	for i := range l.set.Pods {
		p := &l.set.Pods[i]
		if p.Subdomain == l.object().Spec.ServiceName {
			continue
		}
		names = append(names, p.Name)
		evidence = append(evidence, Evidence{
			Object: l.beside("Pod", p.Name), Field: "spec.subdomain", Value: cmp.Or(p.Subdomain, "none"),
		})
	}
	if len(names) == 0 {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("%s not found by the names of Service %s before they are restarted: %s",
			are(len(names), "pod"), cmp.Or(l.object().Spec.ServiceName, "none"), sts.Few(names)),
		Evidence: append([]Evidence{l.value("spec.serviceName", l.object().Spec.ServiceName)}, firstFew(evidence)...),
		Fix:      run(hint.Plugin("restart them one after another", "restart", l.name())),
	}}
}

// strangers is I8.
func strangers(l *look) []Finding {
	selector := l.object().Spec.Selector
	if Selects(selector, l.podLabels()) {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("the API server refuses this manifest of %s: its selector does not select its own pods", l.name()),
		Evidence: []Evidence{
			l.value("spec.selector", metav1.FormatLabelSelector(selector)),
			l.value("spec.template.metadata.labels", mapWords(l.podLabels())),
		},
		Fix: Fix{Words: "give the template the labels that the selector asks for"},
	}}
}
