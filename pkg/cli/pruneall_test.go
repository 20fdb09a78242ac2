package cli_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// claimIn is a claim of namespace and name that maker made. Whether that is a
// controller can be seen only where it keeps the status, too.
func claimIn(namespace, name, maker string, bound bool) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: types.UID(namespace + name), Labels: map[string]string{"app": "db"},
		ManagedFields: []metav1.ManagedFieldsEntry{{
			Manager: maker, Operation: metav1.ManagedFieldsOperationUpdate, FieldsType: "FieldsV1",
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:accessModes":{}}}`),
		}},
	}}
	if bound {
		c.ManagedFields = append(c.ManagedFields, metav1.ManagedFieldsEntry{
			Manager: maker, Operation: metav1.ManagedFieldsOperationUpdate, Subresource: "status", FieldsType: "FieldsV1",
			FieldsV1: metav1.NewFieldsV1(`{"f:status":{"f:phase":{}}}`),
		})
	}
	return c
}

// setIn is set web of a namespace, with one replica and template data.
func setIn(namespace string) *appsv1.StatefulSet {
	s := ststest.Set(ststest.Replicas(1))
	s.Namespace, s.UID, s.Status.Replicas = namespace, types.UID(namespace), 1
	s.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	return s
}

// serveClaims serves these claims and sets, of all namespaces and of one. It
// returns the deletions that it was asked for.
func serveClaims(t *testing.T, claims []*corev1.PersistentVolumeClaim, sets []*appsv1.StatefulSet) *[]string {
	t.Helper()
	var mu sync.Mutex
	var deleted []string
	serve(t, func(w http.ResponseWriter, r *http.Request) {
		if answersReview(w, r) {
			return
		}
		items := []any{}
		keep := func(object metav1.Object) {
			if !strings.Contains(r.URL.Path, "/namespaces/") || strings.Contains(r.URL.Path, "/namespaces/"+object.GetNamespace()+"/") {
				items = append(items, object)
			}
		}
		switch {
		case strings.HasSuffix(r.URL.Path, "/selfsubjectaccessreviews"):
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","status":{"allowed":true}}`)
			return
		case r.Method == http.MethodDelete:
			options, err := io.ReadAll(r.Body)
			if err == nil && !strings.Contains(string(options), metav1.DryRunAll) {
				mu.Lock()
				deleted = append(deleted, r.URL.Path)
				mu.Unlock()
			}
		case strings.HasSuffix(r.URL.Path, "/persistentvolumeclaims"):
			for _, c := range claims {
				keep(c)
			}
		case strings.HasSuffix(r.URL.Path, "/statefulsets"):
			for _, s := range sets {
				keep(s)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	})
	return &deleted
}

func TestWhoIsAControllerIsKnownFromAllNamespaces(t *testing.T) {
	serveClaims(t, []*corev1.PersistentVolumeClaim{
		claimIn("a", "data-db-0", "distro", false),
		claimIn("b", "data-db-7", "kubectl-create", false),
		claimIn("z", "data-db-0", "distro", true),
	}, nil)

	got := run(t.Context(), "prune-pvc", "-A", "--deleted-sets", "--dry-run", "--show-kept")

	require.Equal(t, 0, got.Code, got.Stderr)
	require.Regexp(t, `delete +a +data-db-0 `, got.Stdout)
	require.Regexp(t, `keep +b +data-db-7 .* it was made by kubectl-create, not by the StatefulSet controller`, got.Stdout)
	require.Regexp(t, `delete +z +data-db-0 `, got.Stdout)
	require.Contains(t, got.Stdout, "2 claims to delete in all namespaces @ x, 0")
	require.Less(t, strings.Index(got.Stdout, " a "), strings.Index(got.Stdout, " b "), "in the order of the namespaces all the same")
}

func TestListsThatAreInNoOrderTellTheSame(t *testing.T) {
	a, b := claimIn("a", "data-web-1", "distro", true), claimIn("b", "data-web-1", "distro", true)
	wanted := claimIn("a", "data-web-0", "distro", true)
	sets := []*appsv1.StatefulSet{setIn("a"), setIn("b")}
	serveClaims(t, []*corev1.PersistentVolumeClaim{wanted, a, b}, sets)
	want := run(t.Context(), "prune-pvc", "-A", "--dry-run")
	require.Contains(t, want.Stdout, "2 claims to delete in all namespaces")

	serveClaims(t, []*corev1.PersistentVolumeClaim{a, b, wanted}, sets)

	require.Equal(t, want, run(t.Context(), "prune-pvc", "-A", "--dry-run"))
}

func TestTheClaimsOfManyNamespacesAreDeletedOneNamespaceAfterTheOther(t *testing.T) {
	var claims []*corev1.PersistentVolumeClaim
	var sets []*appsv1.StatefulSet
	var want []string
	for _, namespace := range []string{"a", "b", "c", "d", "e"} {
		sets = append(sets, setIn(namespace))
		for _, name := range []string{"data-web-0", "data-web-1", "data-web-2", "data-web-3"} {
			claims = append(claims, claimIn(namespace, name, "distro", true))
			if name != "data-web-0" {
				want = append(want, "/api/v1/namespaces/"+namespace+"/persistentvolumeclaims/"+name)
			}
		}
	}
	for _, concurrency := range []string{"1", "2", "7", "100"} {
		deleted := serveClaims(t, claims, sets)

		got := run(t.Context(), "prune-pvc", "-A", "--yes", "--concurrency", concurrency)

		require.Equal(t, 0, got.Code, got.Stderr)
		require.ElementsMatch(t, want, *deleted)
		require.Contains(t, got.Stderr, "done: 15 claims deleted, 0 skipped, 0 failed")
	}
}

// A report names the claims whatever comes of a deletion.
func TestARefusedDeletionIsReportedClaimByClaim(t *testing.T) {
	claims := []*corev1.PersistentVolumeClaim{claimIn("a", "data-web-1", "distro", true)}
	deleted := serveClaims(t, claims, []*appsv1.StatefulSet{setIn("a")})
	file := filepath.Join(t.TempDir(), "report.md")

	got := run(t.Context(), "prune-pvc", "-A", "--dry-run=none", "--report", "markdown="+file)

	require.Equal(t, 3, got.Code, got.Stderr)
	require.Empty(t, *deleted)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), "| delete claim a/data-web-1 | not run |  |\n")
	require.Contains(t, string(text), "refused: stdin is not a terminal; pass --yes**")
}
