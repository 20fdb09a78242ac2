package reconciler_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// What pauses each kind of owner whose source was read.
func TestHowOwnersArePaused(t *testing.T) {
	for _, test := range []struct{ apiVersion, kind, want string }{
		{
			"elasticsearch.k8s.elastic.co/v1", "Elasticsearch",
			"pause it (from ECK 3.5 on): kubectl annotate elasticsearch.elasticsearch.k8s.elastic.co main " +
				"eck.k8s.elastic.co/pause-orchestration=true",
		},
		{
			"operator.victoriametrics.com/v1beta1", "VMCluster",
			`pause it: kubectl patch vmcluster.operator.victoriametrics.com main --type merge -p '{"spec":{"paused":true}}'`,
		},
		{
			"monitoring.coreos.com/v1", "Alertmanager",
			`pause it: kubectl patch alertmanager.monitoring.coreos.com main --type merge -p '{"spec":{"paused":true}}'`,
		},
		{
			"redis.redis.opstreelabs.in/v1beta2", "RedisCluster",
			"pause it: kubectl annotate rediscluster.redis.redis.opstreelabs.in main rediscluster.opstreelabs.in/skip-reconcile=true",
		},
		{
			"psmdb.percona.com/v1", "PerconaServerMongoDB",
			`pause it: kubectl patch perconaservermongodb.psmdb.percona.com main --type merge -p '{"spec":{"unmanaged":true}}'`,
		},
		{"monitoring.coreos.com/v1", "PodMonitor", "pause its operator, or change PodMonitor main instead"},
		{"notk8s.elastic.co/v1", "Elasticsearch", "pause its operator, or change Elasticsearch main instead"},
		{"example.com/v1", "Database", "pause its operator, or change Database main instead"},
	} {
		t.Run(test.kind, func(t *testing.T) {
			f := facts(change(), controlledBy(test.apiVersion, test.kind, "main"))
			no := reconciler.RefuseOwner(found(t, f), f.Set)
			require.NotNil(t, no)
			require.Equal(t, `statefulset "web" is controlled by `+test.kind+` main, whose operator writes the template back`, no.Why)
			require.Equal(t, []string{test.want, "go ahead all the same with --ignore-owner"}, hint.Caller{}.RenderAll(no.Try))
		})
	}
}

func TestOnlyTheTemplateOfAnOwnersSetIsRefused(t *testing.T) {
	owner := controlledBy("example.com/v1", "Database", "main")
	f := facts(replicas(3), owner)
	require.Nil(t, reconciler.RefuseOwner(found(t, f), f.Set))
	require.Equal(t, []string{"Database main controls statefulset web: its operator writes the spec back; " +
		"pause its operator, or change Database main instead"}, lines(t, f))

	f = facts(change(), owner, func(set *appsv1.StatefulSet) { set.OwnerReferences[0].Controller = nil })
	require.Empty(t, found(t, f), "one that owns it for the garbage collector alone")
	f = facts(change())
	require.Nil(t, reconciler.RefuseOwner(found(t, f), f.Set))
	require.Empty(t, found(t, facts(change(func(p *plan.Plan) { p.Steps = nil }), owner)))
}

func TestRefuseAny(t *testing.T) {
	require.Nil(t, reconciler.RefuseAny(nil))
	f := facts(change(), flux, owned("kustomize-controller", metav1.ManagedFieldsOperationApply, withImage),
		ststest.Annotated("reloader.stakater.com/auto", "true"))
	no := reconciler.RefuseAny(found(t, f))
	require.Equal(t, "Flux Kustomization flux-system/shop owns "+imagePath+" and puts it back at its next reconcile; and 1 more", no.Why)
	require.Equal(t, []string{
		"pause it: flux -n flux-system suspend kustomization shop",
		"or this set alone: kubectl annotate statefulset web kustomize.toolkit.fluxcd.io/reconcile=disabled",
		"or go ahead all the same with --preflight=warn",
	}, hint.Caller{}.RenderAll(no.Try))
}
