package pvc_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

const (
	volumePath = kubetest.VolumesPath + "/pv-data-web-4"
	asSeen     = `{"op":"test","path":"/metadata/uid","value":"pv-data-web-4-uid"},` +
		`{"op":"test","path":"/metadata/resourceVersion","value":"9"}`
	notePath = "/metadata/annotations/kubectl-sts.github.io~1reclaim-policy-before"
)

func retained(v *corev1.PersistentVolume) {
	v.Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeReclaimRetain
	v.Annotations = map[string]string{storage.ReclaimBeforeAnnotation: "Delete"}
}

// stored is a server that holds claim data-web-4 and its volume.
func stored(t *testing.T, changes ...func(*corev1.PersistentVolume)) (*kubetest.Server, *corev1.PersistentVolumeClaim) {
	t.Helper()
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	claim := boundClaim("data-web-4")
	volume := volumeOf(claim, changes...)
	server.On(http.MethodGet, kubetest.ClaimPath, kubetest.Object(claim))
	server.On(http.MethodGet, volumePath, kubetest.Object(volume))
	server.On(http.MethodPatch, volumePath, kubetest.Object(volume))
	return server, claim
}

func recordOf(claim *corev1.PersistentVolumeClaim) receipt.Receipt {
	return receipt.Receipt{
		Claim: claim, ClaimUID: claim.UID, Volume: claim.Spec.VolumeName, VolumeUID: "pv-data-web-4-uid",
		Before: "Delete", Policy: "Delete",
	}
}

func TestARecordHasAllThatItTakes(t *testing.T) {
	tests := []struct {
		name    string
		changes []func(*corev1.PersistentVolume)
		policy  corev1.PersistentVolumeReclaimPolicy
	}{
		{"of a volume as it is", nil, "Delete"},
		{"of one that an earlier run has kept: the policy that it had before that", []func(*corev1.PersistentVolume){retained}, "Retain"},
		{
			"of one whose policy somebody has put back by hand, but not the note",
			[]func(*corev1.PersistentVolume){retained, func(v *corev1.PersistentVolume) {
				v.Spec.PersistentVolumeReclaimPolicy = corev1.PersistentVolumeReclaimDelete
				v.Annotations[storage.ReclaimBeforeAnnotation] = "Recycle"
			}},
			"Delete",
		},
		{
			"of one whose note says nothing",
			[]func(*corev1.PersistentVolume){func(v *corev1.PersistentVolume) {
				v.Annotations = map[string]string{storage.ReclaimBeforeAnnotation: "\x1b[31m"}
			}},
			"Delete",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server, claim := stored(t, test.changes...)
			client := server.Client()

			r, err := client.ClaimReceipt(t.Context(), storage.ObserveClaim(claim, nil))

			require.NoError(t, err)
			want := recordOf(kubetest.Received(claim))
			want.Policy, want.Cluster, want.Claim = test.policy, client.Host(), r.Claim
			require.Equal(t, want, r)
			require.Equal(t, claim.Spec, r.Claim.Spec)
		})
	}
}

func TestAClaimThatHasChangedIsNotRecorded(t *testing.T) {
	server, claim := stored(t)
	seen := storage.ObserveClaim(claim, nil)
	seen.Version = "6"
	_, err := server.Client().ClaimReceipt(t.Context(), seen)
	require.ErrorIs(t, err, engine.ErrConflict)

	server.On(http.MethodGet, kubetest.ClaimPath, kubetest.Failure(http.StatusNotFound, "gone"))
	_, err = server.Client().ClaimReceipt(t.Context(), seen)
	require.Equal(t, engine.ErrGone, err)

	server, claim = stored(t, func(v *corev1.PersistentVolume) { v.Spec.ClaimRef.UID = "other" })
	_, err = server.Client().ClaimReceipt(t.Context(), storage.ObserveClaim(claim, nil))
	require.EqualError(t, err, "volume pv-data-web-4 is not bound to claim data-web-4")
}

func TestVolumesAreChangedExactlyAsTheyWereSeen(t *testing.T) {
	ref := `{"op":"add","path":"/spec/claimRef",` +
		`"value":{"kind":"PersistentVolumeClaim","namespace":"default","name":"data-web-4","apiVersion":"v1"}}`
	note := `{"op":"add","path":"/metadata/annotations","value":{"kubectl-sts.github.io/reclaim-policy-before":"Delete"}}`
	tests := []struct {
		name   string
		volume func(*corev1.PersistentVolume)
		change func(context.Context, *kube.Client, receipt.Receipt) error
		want   string
	}{
		{
			"kept, with a note of its policy", func(*corev1.PersistentVolume) {},
			func(ctx context.Context, c *kube.Client, r receipt.Receipt) error { return c.KeepVolume(ctx, r) },
			`[` + asSeen + `,` + note + `,` +
				`{"op":"replace","path":"/spec/persistentVolumeReclaimPolicy","value":"Retain"}]`,
		},
		{
			"kept, beside other notes", func(v *corev1.PersistentVolume) { v.Annotations = map[string]string{"a": "b"} },
			func(ctx context.Context, c *kube.Client, r receipt.Receipt) error { return c.KeepVolume(ctx, r) },
			`[` + asSeen + `,{"op":"add","path":"` + notePath + `","value":"Delete"},` +
				`{"op":"replace","path":"/spec/persistentVolumeReclaimPolicy","value":"Retain"}]`,
		},
		{
			"kept already", retained,
			func(ctx context.Context, c *kube.Client, r receipt.Receipt) error { return c.KeepVolume(ctx, r) }, "",
		},
		{
			"free for the next claim of that name and for no other", retained,
			func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
				return apply(ctx, c, plan.ReleaseVolume{Binding: r.Binding(), From: r.ClaimUID, Reclaim: r.Before})
			},
			`[` + asSeen + `,` + ref + `]`,
		},
		{
			"free, with a note of the policy that it is to get back",
			func(v *corev1.PersistentVolume) { retained(v); v.Annotations = nil },
			func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
				return apply(ctx, c, plan.ReleaseVolume{Binding: r.Binding(), From: r.ClaimUID, Reclaim: r.Before})
			},
			`[` + asSeen + `,` + note + `,` + ref + `]`,
		},
		{
			"given its policy back", retained,
			func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
				return apply(ctx, c, plan.ResetReclaim{Binding: r.Binding(), Reclaim: "Delete"})
			},
			`[` + asSeen + `,{"op":"remove","path":"` + notePath + `","value":null},` +
				`{"op":"replace","path":"/spec/persistentVolumeReclaimPolicy","value":"Delete"}]`,
		},
		{
			"which it has already", func(*corev1.PersistentVolume) {},
			func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
				return apply(ctx, c, plan.ResetReclaim{Binding: r.Binding(), Reclaim: "Delete"})
			}, "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server, claim := stored(t, test.volume)

			require.NoError(t, test.change(t.Context(), server.Client(), recordOf(claim)))

			asked := server.Requests()
			if test.want == "" {
				require.Equal(t, kubetest.Reads("GET "+volumePath), asked)
				return
			}
			require.Len(t, asked, 2)
			require.Equal(t, "PATCH "+volumePath+"?fieldManager=sts-rollout", asked[1].What)
			require.JSONEq(t, test.want, asked[1].Body)
		})
	}
}

// apply sends a change that needs no set.
func apply(ctx context.Context, c *kube.Client, change plan.Change) error {
	_, err := c.Apply(ctx, change, sts.Snapshot{})
	return err
}

func TestAVolumeThatIsSomebodyElsesByNowIsLeftAlone(t *testing.T) {
	changes := map[string]func(context.Context, *kube.Client, receipt.Receipt) error{
		"keep": func(ctx context.Context, c *kube.Client, r receipt.Receipt) error { return c.KeepVolume(ctx, r) },
		"free": func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
			return apply(ctx, c, plan.ReleaseVolume{Binding: r.Binding(), From: r.ClaimUID, Reclaim: r.Before})
		},
		"give": func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
			return apply(ctx, c, plan.ResetReclaim{Binding: r.Binding(), Reclaim: "Delete"})
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			server, claim := stored(t, func(v *corev1.PersistentVolume) {
				v.Spec.ClaimRef.Name, v.Spec.ClaimRef.UID = "thief", "thief-uid"
			})

			require.ErrorContains(t, change(t.Context(), server.Client(), recordOf(claim)), "volume pv-data-web-4")
			require.Equal(t, kubetest.Reads("GET "+volumePath), server.Requests())
		})
	}
}

func TestAVolumeThatWasChangedMeanwhileIsLookedAtAgain(t *testing.T) {
	server, claim := stored(t)
	patches := 0
	server.On(http.MethodPatch, volumePath, func(w http.ResponseWriter, r *http.Request) {
		patches++
		if patches == 1 {
			kubetest.Failure(http.StatusUnprocessableEntity, "the server rejected our request due to an error in our request")(w, r)
			return
		}
		kubetest.Object(volumeOf(claim))(w, r)
	})

	require.NoError(t, server.Client().KeepVolume(t.Context(), recordOf(claim)))
	require.Equal(t, 2, patches)
}

// A volume that another claim of the same name has got meanwhile is not taken off it.
func TestAVolumeIsReleasedOnlyOfTheClaimThatItWasSeenWith(t *testing.T) {
	server, claim := stored(t, func(v *corev1.PersistentVolume) { v.Spec.ClaimRef.UID = "another" })
	r := recordOf(claim)

	err := apply(t.Context(), server.Client(), plan.ReleaseVolume{Binding: r.Binding(), From: r.ClaimUID, Reclaim: r.Before})

	require.ErrorIs(t, err, engine.ErrConflict)
	require.Equal(t, kubetest.Reads("GET "+volumePath), server.Requests())
}
