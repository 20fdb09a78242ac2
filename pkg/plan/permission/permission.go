// Package permission is what the one who runs a plan must be allowed to do. It is pure.
package permission

import (
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Permission is something that the one who runs a plan must be allowed to do.
type Permission struct {
	Verb, Group, Resource, Subresource string
	Name                               string // of the one object that it is about, empty for all
	Namespace                          string // empty is that of the set
}

// String is the permission in the words of RBAC, such as "patch statefulsets.apps".
func (p Permission) String() string {
	words := p.Verb + " " + p.Resource
	if p.Group != "" {
		words += "." + p.Group
	}
	if p.Subresource != "" {
		words += "/" + p.Subresource
	}
	return words
}

// PatchSet is what it takes to change a set of this kind.
func PatchSet(kind workload.Kind, name string) Permission {
	p := ofSets(kind, "patch")
	p.Name = name
	return p
}

func ofSets(kind workload.Kind, verb string) Permission {
	at := kind.Resource()
	return Permission{Verb: verb, Group: at.Group, Resource: at.Resource}
}

// DeletePods is what it takes to have pods recreated.
func DeletePods() Permission { return Permission{Verb: "delete", Resource: "pods"} }

// Of are the permissions that the plan is sure to need, as things are now: to
// watch, and for each write that is not done already.
func Of(p *plan.Plan, s sts.Snapshot) []Permission {
	var out []Permission
	if p.Name != "" {
		out = []Permission{
			ofSets(s.Kind(), "list"),
			ofSets(s.Kind(), "watch"),
			{Verb: "watch", Resource: "pods"},
			{Verb: "watch", Group: "apps", Resource: "controllerrevisions"},
		}
	}
	if len(s.Budgets) > 0 {
		out = append(out, Permission{Verb: "watch", Group: "policy", Resource: "poddisruptionbudgets"})
	}
	for i := range p.Steps {
		out = append(out, needs(&p.Steps[i], p, s)...)
		out = append(out, renews(p.Steps[i].Replace)...)
		out = append(out, runs(&p.Steps[i])...)
		out = append(out, measures(p.Steps[i].Checks)...)
	}
	if _, deletes := p.Deletion(s); deletes || p.Restarts() && !s.Exists() { // whose pods are not known
		out = append(out, DeletePods())
	}
	return unique(out)
}

func needs(step *plan.Step, p *plan.Plan, s sts.Snapshot) []Permission {
	if step.Change == nil || step.Change.Done(s) {
		return nil
	}
	var out []Permission
	switch change := step.Change.(type) {
	case plan.Edit, plan.Give:
		out = append(out, PatchSet(s.Kind(), p.Name))
	case plan.DeletePod:
		out = append(out, DeletePods())
	case plan.DeleteClaim:
		out = DeleteClaims(false)
	case plan.RetainVolume:
		out = DeleteClaims(true)
	case plan.ResizeClaim, plan.DisownClaim:
		out = append(out, Permission{Verb: "patch", Resource: "persistentvolumeclaims"})
	case plan.CreateClaim:
		out = append(out, Permission{Verb: "create", Resource: "persistentvolumeclaims"})
	case plan.SaveSet:
		verb := "create"
		if change.Instead != "" {
			verb = "update"
		}
		out = append(out, Permission{Verb: "get", Resource: "configmaps"}, Permission{Verb: verb, Resource: "configmaps"})
		if change.Saved.Secret {
			out = append(out, Permission{Verb: "get", Resource: "secrets"}, Permission{Verb: "create", Resource: "secrets"})
		}
	case plan.ForgetSet:
		out = append(out, Permission{Verb: "get", Resource: "configmaps"}, Permission{Verb: "delete", Resource: "configmaps"})
	case plan.DeleteSet:
		del := ofSets(s.Kind(), "delete")
		del.Name = p.Name
		out = append(out, del)
	case plan.CreateSet:
		out = append(out, ofSets(s.Kind(), "create"))
	case plan.RestoreManagers:
		out = append(out, PatchSet(s.Kind(), p.Name))
	case plan.ReleaseVolume, plan.ResetReclaim:
		out = append(out, Permission{Verb: "patch", Resource: "persistentvolumes"})
	}
	return out
}

// renews are what it takes to delete the claims that go with pods.
func renews(f *plan.Replace) []Permission {
	if f == nil || len(f.Claims) == 0 {
		return nil
	}
	return DeleteClaims(slices.ContainsFunc(f.Claims, func(r plan.Renewal) bool { return r.Retain || r.Receipt }))
}

// runs are what it takes to run the step's commands in pods.
func runs(step *plan.Step) []Permission {
	if hooks := (plan.Hooks{Before: step.Before, After: step.After, Leader: step.Leader}); !hooks.Exec() {
		return nil
	}
	return exec()
}

// exec is what it takes to run a command in a pod. Servers before 1.35 do with get;
// whoever may only that is rare enough.
func exec() []Permission {
	return []Permission{
		{Verb: "get", Resource: "pods", Subresource: "exec"},
		{Verb: "create", Resource: "pods", Subresource: "exec"},
		{Verb: "get", Resource: "pods"},
	}
}

// Proxy is what it takes to ask a service through the API server. Its name there is with
// its port: "prometheus:9090".
func Proxy(namespace, service string) Permission {
	return Permission{Verb: "get", Resource: "services", Subresource: "proxy", Name: service, Namespace: namespace}
}

// measures are what it takes to measure checks in pods. Where Prometheus is, the plan
// does not say.
func measures(checks []check.Check) []Permission {
	var out []Permission
	for _, c := range checks {
		switch {
		case c.Kind == check.Exec:
			out = append(out, exec()...)
		case c.Kind == check.HTTP && c.InPods():
			out = append(out, Permission{Verb: "create", Resource: "pods", Subresource: "portforward"})
		}
	}
	return out
}

// DeleteClaims is what it takes to delete claims and, with retain, to set their
// volumes to Retain before and to write down what restores them.
func DeleteClaims(retain bool) []Permission {
	out := []Permission{{Verb: "delete", Resource: "persistentvolumeclaims"}}
	if retain {
		out = append(out, Permission{Verb: "get", Resource: "persistentvolumeclaims"},
			Permission{Verb: "get", Resource: "persistentvolumes"}, Permission{Verb: "patch", Resource: "persistentvolumes"})
	}
	return out
}

func unique(all []Permission) []Permission {
	var out []Permission
	for _, p := range all {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
