package runner

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// fluxed is a set of a Kustomization whose manifest has the image and the partition.
func fluxed(more ...func(*appsv1.StatefulSet)) sts.Snapshot {
	set := ststest.Set(append(more, func(set *appsv1.StatefulSet) {
		set.Labels = map[string]string{
			"kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
		}
		set.ManagedFields = append(set.ManagedFields, metav1.ManagedFieldsEntry{
			Manager: "kustomize-controller", Operation: metav1.ManagedFieldsOperationApply, Time: ptr.To(metav1.NewTime(ststest.Start)),
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{"f:image":{}}}}},` +
				`"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`),
		})
	})...)
	s := ststest.Snapshot(set, ststest.Pods(0, 5))
	s.Raw = ststest.Raw("nginx:1.21")
	return s
}

// begun has a canary in progress.
func begun(set *appsv1.StatefulSet) {
	set.Annotations = map[string]string{
		ststest.CanaryRecord: `{"version":1,"run":"r","stable":"web-stable","started":"2030-01-02T03:04:05Z",` +
			`"steps":["1","100%"],"soak":"1m0s"}`,
	}
}

func operatedSet(set *appsv1.StatefulSet) {
	set.OwnerReferences = []metav1.OwnerReference{{APIVersion: "x.io/v1", Kind: "Db", Name: "web", Controller: ptr.To(true)}}
}

// newCanary brings another image, goesOn only opens the gate of one that was begun.
func newCanary() *plan.Plan {
	return &plan.Plan{Verb: "canary", Name: "web", Steps: []plan.Step{
		{Change: plan.Edit{Template: ststest.Raw("nginx:1.22"), Partition: ptr.To(5)}}, {Change: plan.Partition(0)},
	}}
}

func goesOnWith() *plan.Plan {
	return &plan.Plan{Verb: "canary", Name: "web", Stable: "web-stable", Steps: []plan.Step{{Change: plan.Partition(0)}}}
}

func TestPreflight(t *testing.T) {
	const image, gate = "spec.template.spec.containers[name=nginx].image", "spec.updateStrategy.rollingUpdate.partition"
	const owns = "Flux Kustomization flux-system/shop owns "
	backs := func(p *plan.Plan) *plan.Plan {
		p.Verb = "abort"
		return p
	}
	for _, test := range []struct {
		name    string
		s       sts.Snapshot
		p       *plan.Plan
		flags   options.RunFlags
		refused string   // how the refusal begins, "" for none
		warns   []string // how the warnings begin
		commits bool     // the end says what to commit
		reads   bool     // the Kustomization
	}{
		{"warned of", fluxed(), newCanary(), options.RunFlags{}, "", []string{owns + image}, true, true},
		{
			"refused", fluxed(), newCanary(),
			options.RunFlags{Preflight: options.PreflightRefuse},
			owns + image, nil, true, true,
		},
		{"off says nothing, reads nothing, and has nothing to commit", fluxed(), newCanary(), options.RunFlags{
			Preflight: options.PreflightOff,
		}, "", nil, false, false},
		{
			"who goes on was told before", fluxed(begun), goesOnWith(),
			options.RunFlags{Preflight: options.PreflightWarn},
			"", nil, false, true,
		},
		{
			"who goes on is refused all the same", fluxed(begun), goesOnWith(),
			options.RunFlags{Preflight: options.PreflightRefuse},
			owns + gate, nil, false, true,
		},
		{
			"the way back is never refused, and there is nothing to commit", fluxed(begun), backs(newCanary()),
			options.RunFlags{Preflight: options.PreflightRefuse},
			"", nil, false, true,
		},
		{
			"an operator's set", fluxed(operatedSet), newCanary(),
			options.RunFlags{Preflight: options.PreflightOff},
			`statefulset "web" is controlled by Db web`, nil, true, false,
		},
		{
			"an operator's set, whatever it does, back", fluxed(operatedSet, begun), backs(newCanary()),
			options.RunFlags{},
			"", nil, false, true,
		},
		{"an operator's set all the same", fluxed(operatedSet), newCanary(), options.RunFlags{
			Preflight: options.PreflightOff, IgnoreOwner: true,
		}, "", nil, false, false},
		{
			"nobody of that name to give anything to", fluxed(), newCanary(),
			options.RunFlags{GiveTo: "hlem"},
			`no manager "hlem" has written statefulset "web": there are kustomize-controller`, nil, true, true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			read := false
			c := &cluster{set: ststest.Set(), denies: func(r *http.Request) bool {
				read = read || strings.HasSuffix(r.URL.Path, "/kustomizations/shop")
				return false
			}}
			r, _, _ := c.runner(t, test.flags)

			err := r.Preflight(t.Context(), test.p, test.s)

			if test.refused == "" {
				require.NoError(t, err)
			} else {
				var no *plan.Refusal
				require.ErrorAs(t, err, &no)
				require.True(t, strings.HasPrefix(no.Why, test.refused), no.Why)
			}
			require.Len(t, test.p.Warnings, len(test.warns), test.p.Warnings)
			for i, want := range test.warns {
				require.True(t, strings.HasPrefix(test.p.Warnings[i], want), test.p.Warnings[i])
			}
			require.Equal(t, test.commits, len(writeback.Commits(test.p.Reconcilers)) > 0)
			require.Equal(t, test.reads, read)
			require.Empty(t, c.writes)
		})
	}
}

func TestWhatARunHasLeftToHandOver(t *testing.T) {
	owned := func(manager string, operation metav1.ManagedFieldsOperationType, fields string) func(*appsv1.StatefulSet) {
		return func(set *appsv1.StatefulSet) {
			set.ManagedFields = append(set.ManagedFields, metav1.ManagedFieldsEntry{
				Manager: manager, Operation: operation, Time: ptr.To(metav1.NewTime(ststest.Start)), FieldsV1: metav1.NewFieldsV1(fields),
			})
		}
	}
	const pod = `{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"nginx\"}":{`
	helm := owned("helm", metav1.ManagedFieldsOperationApply, pod+`".":{},"f:name":{}}}}}}}`)
	image := owned("sts-rollout", metav1.ManagedFieldsOperationUpdate, pod+`"f:image":{}}}}}}}`)
	elsewhere := owned("sts-rollout", metav1.ManagedFieldsOperationUpdate, `{"f:spec":{"f:replicas":{}}}`)
	for _, test := range []struct {
		name string
		to   string
		set  []func(*appsv1.StatefulSet)
		want string // the step, "" for none
	}{
		{"an image that was taken over", "helm", []func(*appsv1.StatefulSet){helm, image}, "hand 1 field to helm"},
		{"nobody is to be given anything", "", []func(*appsv1.StatefulSet){helm, image}, ""},
		{"what nobody knows to be in the manifest", "helm", []func(*appsv1.StatefulSet){helm, elsewhere}, ""},
		{"an image that somebody else has taken over", "helm", []func(*appsv1.StatefulSet){
			helm, owned("kubectl-edit", metav1.ManagedFieldsOperationUpdate, pod+`"f:image":{}}}}}}}`),
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, _, _ := (&cluster{}).runner(t, options.RunFlags{GiveTo: test.to})
			s := ststest.Snapshot(ststest.Set(test.set...), ststest.Pods(0, 5))
			p, err := r.HandOver("canary", s)
			require.NoError(t, err)
			require.Equal(t, test.want != "", p != nil)
			if p != nil {
				require.Len(t, p.Steps, 1)
				require.Equal(t, test.want, p.Steps[0].Title)
			}
		})
	}
	r, _, _ := (&cluster{}).runner(t, options.RunFlags{GiveTo: "hlem"})
	_, err := r.HandOver("canary", ststest.Snapshot(ststest.Set(helm, image)))
	require.ErrorAs(t, err, new(*plan.Refusal))
}
