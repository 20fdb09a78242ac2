package runner

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// volumes is an API server with one claim, bound to one volume. It keeps what it
// is asked for; whatever is not a read fails.
type volumes struct {
	claim  *corev1.PersistentVolumeClaim
	volume *corev1.PersistentVolume
	asked  []string
}

func (v *volumes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.asked = append(v.asked, r.Method+" "+r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	w.Header().Set("Content-Type", "application/json")
	var answer any
	switch {
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case strings.Contains(r.URL.Path, "persistentvolumeclaims/"):
		answer = v.claim
	case strings.Contains(r.URL.Path, "persistentvolumes/"):
		answer = v.volume
	default:
		answer = ststest.Set()
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func retained() *volumes {
	return &volumes{
		claim: &corev1.PersistentVolumeClaim{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "data-web-4", UID: "claim-uid", ResourceVersion: "7"},
			Spec:       corev1.PersistentVolumeClaimSpec{VolumeName: "pv-4"},
		},
		volume: &corev1.PersistentVolume{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolume"},
			ObjectMeta: metav1.ObjectMeta{
				Name: "pv-4", UID: "pv-uid", Annotations: map[string]string{storage.ReclaimBeforeAnnotation: "Delete"},
			},
			Spec: corev1.PersistentVolumeSpec{
				ClaimRef: &corev1.ObjectReference{UID: "claim-uid"}, PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain,
			},
		},
	}
}

func TestARecordIsOnTheDiskBeforeItsClaimIsDeleted(t *testing.T) {
	tests := []struct {
		name   string
		change func(*volumes)
		err    string
		record bool
	}{
		{"the volume stays", func(*volumes) {}, "", true},
		{
			"somebody has set the policy back", func(v *volumes) { v.volume.Spec.PersistentVolumeReclaimPolicy = "Delete" },
			"the reclaim policy of volume pv-4 is Delete by now: claim data-web-4 is kept", false,
		},
		{
			"the claim has changed", func(v *volumes) { v.claim.ResourceVersion = "8" },
			engine.ErrConflict.Error() + ": claim data-web-4", false,
		},
		{
			"the volume is another's", func(v *volumes) { v.volume.Spec.ClaimRef = nil },
			"volume pv-4 is not bound to claim data-web-4", false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cluster := retained()
			tt.change(cluster)
			server := httptest.NewServer(cluster)
			t.Cleanup(server.Close)
			client, err := kube.New(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{ContentType: "application/json"}},
				"default", func(string) {})
			require.NoError(t, err)
			book := &receipt.File{Dir: t.TempDir(), Now: client.Now}
			s := ststest.Snapshot(ststest.Set(ststest.ClaimTemplates("data")), ststest.Pods(0, 4))
			s = s.WithClaims([]storage.Claim{storage.ObserveClaim(retained().claim, nil)})

			err = NewReceipts(client, book).Keep(t.Context(), plan.DeleteClaim{Name: "data-web-4", UID: "claim-uid", Receipt: true}, s)

			require.Equal(t, tt.record, book.Path() != "")
			require.Equal(t, []string{"GET data-web-4", "GET pv-4"}[:len(cluster.asked)], cluster.asked)
			if !tt.record {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			text, err := os.ReadFile(book.Path())
			require.NoError(t, err)
			records, err := receipt.Parse(text)
			require.NoError(t, err)
			require.Len(t, records, 1)
			r := records[0]
			require.Equal(t, []any{"web", "data", 4, "pv-4", corev1.PersistentVolumeReclaimDelete},
				[]any{r.Set, r.Template, r.Ordinal, r.Volume, r.Before})
		})
	}
}
