package reconciler

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
)

// pause is how the objects of an operator are paused: an annotation, or a patch of the
// spec. Each was read in the operator's source.
type pause struct {
	group string // of the API, or the end of it after a dot
	kind  string // empty for all of the group
	// annotation with its value, or patch.
	annotation, patch string
	since             string // the first version that has it, empty where all have
}

var pauses = []pause{
	{group: "k8s.elastic.co", annotation: "eck.k8s.elastic.co/pause-orchestration=true", since: "ECK 3.5"},
	{group: "operator.victoriametrics.com", patch: `{"spec":{"paused":true}}`},
	{group: "monitoring.coreos.com", kind: "Prometheus", patch: `{"spec":{"paused":true}}`},
	{group: "monitoring.coreos.com", kind: "Alertmanager", patch: `{"spec":{"paused":true}}`},
	{group: "monitoring.coreos.com", kind: "ThanosRuler", patch: `{"spec":{"paused":true}}`},
	{group: "redis.opstreelabs.in", kind: "Redis", annotation: "redis.opstreelabs.in/skip-reconcile=true"},
	{group: "redis.opstreelabs.in", kind: "RedisCluster", annotation: "rediscluster.opstreelabs.in/skip-reconcile=true"},
	{group: "redis.opstreelabs.in", kind: "RedisReplication", annotation: "redisreplication.opstreelabs.in/skip-reconcile=true"},
	// Not spec.pause, which stops the database.
	{group: "psmdb.percona.com", kind: "PerconaServerMongoDB", patch: `{"spec":{"unmanaged":true}}`},
}

// is reports whether the row is about objects of this kind.
func (p pause) is(group, kind string) bool {
	return (group == p.group || strings.HasSuffix(group, "."+p.group)) && (p.kind == "" || p.kind == kind)
}

// owner is the object that the set is a part of: its operator writes the whole spec.
func owner(f Facts) *writeback.Reconciler {
	ref := metav1.GetControllerOf(f.Set)
	fields := f.all()
	if ref == nil || len(fields) == 0 {
		return nil
	}
	r := &writeback.Reconciler{
		Name: ref.Kind + " " + ref.Name, When: "when its operator looks at it", Controls: true, Fields: fields,
	}
	r.Says = fmt.Sprintf("%s controls statefulset %s: its operator writes the spec back", r.Name, f.Set.Name)
	r.Stop = []hint.Hint{hint.Words(fmt.Sprintf("pause its operator, or change %s instead", r.Name))}
	group, _, _ := strings.Cut(ref.APIVersion, "/")
	for _, p := range pauses {
		if p.is(group, ref.Kind) && named(ref.Name) != "" {
			r.Stop = []hint.Hint{p.hint(strings.ToLower(ref.Kind)+"."+group, ref.Name)}
		}
	}
	return r
}

func (p pause) hint(resource, name string) hint.Hint {
	words := ""
	if p.since != "" {
		words = "from " + p.since + " on"
	}
	if p.annotation != "" {
		return hint.Kube(words, "annotate", resource, name, p.annotation)
	}
	return hint.Kube(words, "patch", resource, name, "--type", "merge", "-p", p.patch)
}
