package reconciler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
)

// How Argo CD marks what it manages. The annotation is the default since version 3.
const (
	trackingID    = "argocd.argoproj.io/tracking-id"
	argoInstance  = "argocd.argoproj.io/instance"
	argoNamespace = "argocd" // of its applications, unless the annotation tells another
)

// argoManagers are the names under which it writes.
func argoManagers() []string { return []string{"argocd-controller", "argocd-application-controller"} }

// tracked is the application that the set says it belongs to, and whether it says so. An
// id that names another object was copied along with a manifest, and means nothing.
func (f Facts) tracked() (namespace, name string, is bool) {
	if id := f.Set.Annotations[trackingID]; id != "" {
		parts := strings.Split(id, ":")
		n := len(parts)
		self := appsv1.GroupName + "/StatefulSet:" + f.Set.Namespace + "/" + f.Set.Name
		if n >= 3 && strings.Join(parts[n-2:], ":") == self {
			name = parts[n-3]
			if in, rest, ok := strings.Cut(name, "_"); ok { // an application outside of Argo CD's own namespace
				namespace, name = in, rest
			}
			return named(cmp.Or(namespace, argoNamespace)), named(name), true
		}
		return "", "", false
	}
	if label := f.mark(argoInstance); label != "" {
		return argoNamespace, named(label), true
	}
	if !f.wrote(argoManagers()...) {
		return "", "", false
	}
	return argoNamespace, named(f.Set.Labels["app.kubernetes.io/instance"]), true // the default before version 3
}

func applications(f Facts) []Ref {
	namespace, name, is := f.tracked()
	if !is {
		return nil
	}
	return []Ref{{"argoproj.io", "v1alpha1", "applications", namespace, name}}
}

func argoCD(f Facts) *writeback.Reconciler {
	namespace, name, is := f.tracked()
	if !is {
		return nil
	}
	r := &writeback.Reconciler{Name: "Argo CD", Managers: argoManagers()}
	app := Object{}
	if name != "" {
		r.Name = "Argo CD application " + name
		app = f.Read[Ref{"argoproj.io", "v1alpha1", "applications", namespace, name}]
	}
	if app.there() {
		r.Name = fmt.Sprintf("Argo CD application %s/%s", namespace, name)
	}
	if !f.sourceOf(true, r.Managers...).fill(r) {
		return nil
	}
	r.Fields = slices.DeleteFunc(r.Fields, func(of writeback.Field) bool { return f.ignored(app, of) })
	if len(r.Fields) == 0 {
		return nil
	}
	r.When, r.Stop = argoPace(app, namespace, name)
	r.Rests = argoRests(app)
	r.Keep = []hint.Hint{hint.Words(fmt.Sprintf(
		"in the application: ignoreDifferences: [{group: apps, kind: StatefulSet, name: %s, managedFieldsManagers: [%s]}], and "+
			"syncOptions: [RespectIgnoreDifferences=true], without which the next sync writes all the same",
		f.Set.Name, fieldmanager.Ours))}
	return r
}

// argoRests is why an application is not synced, "" where it is.
func argoRests(app Object) string {
	if app.text("metadata", "annotations", "argocd.argoproj.io/skip-reconcile") == "true" {
		return "argocd.argoproj.io/skip-reconcile is true"
	}
	return ""
}

// qualified is how argocd names an application: with its namespace where that is not its own.
func qualified(namespace, name string) string {
	name = cmp.Or(name, "NAME")
	if namespace == "" || namespace == argoNamespace {
		return name
	}
	return namespace + "/" + name
}

// argoPace is when an application writes, and what pauses it.
func argoPace(app Object, namespace, name string) (string, []hint.Hint) {
	_, automated := field.At(app.Content, field.Names("spec", "syncPolicy", "automated"))
	if enabled, ok := field.At(app.Content, field.Names("spec", "syncPolicy", "automated", "enabled")); ok && enabled == false {
		automated = false
	}
	switch {
	case !app.there():
		return "at its next sync, or within seconds where it heals itself",
			[]hint.Hint{hint.Words("pause it: argocd app set " + qualified(namespace, name) + " --sync-policy none")}
	case automated && app.is("spec", "syncPolicy", "automated", "selfHeal"):
		pause := hint.Kube("", "patch", "applications.argoproj.io", name, "--type", "merge", "-p",
			`{"spec":{"syncPolicy":{"automated":{"selfHeal":false}}}}`)
		pause.Namespace = namespace
		return "within seconds (self-heal is on)", []hint.Hint{pause}
	case automated:
		return "at the next commit", nil
	}
	return "when somebody syncs", nil
}

// ignored reports whether the application leaves a field alone, also when it syncs.
func (f Facts) ignored(app Object, of writeback.Field) bool {
	options, _ := field.At(app.Content, field.Names("spec", "syncPolicy", "syncOptions"))
	all, _ := options.([]any)
	if !slices.Contains(all, any("RespectIgnoreDifferences=true")) {
		return false
	}
	list, _ := field.At(app.Content, field.Names("spec", "ignoreDifferences"))
	entries, _ := list.([]any)
	return slices.ContainsFunc(entries, func(one any) bool { return f.ignores(one, of) })
}

// ignores reports whether an entry of ignoreDifferences is about this field of the set.
func (f Facts) ignores(entry any, of writeback.Field) bool {
	fields, _ := entry.(map[string]any)
	for key, want := range map[string]string{
		"group": appsv1.GroupName, "kind": "StatefulSet", "name": f.Set.Name, "namespace": f.Set.Namespace,
	} {
		if have, ok := fields[key].(string); ok && have != "" && have != want && have != "*" {
			return false
		}
	}
	managers, _ := fields["managedFieldsManagers"].([]any)
	for _, m := range managers {
		if name, ok := m.(string); ok && f.own(name) {
			return true
		}
	}
	pointers, _ := fields["jsonPointers"].([]any)
	at := "/" + strings.ReplaceAll(of.Path, ".", "/")
	for _, p := range pointers {
		if text, ok := p.(string); ok && (at == text || strings.HasPrefix(at, text+"/")) {
			return true
		}
	}
	return false
}
