package e2e

import (
	"context"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
)

// cmdMay waits until a user may do something in the script's namespace: the
// API server learns of a new role binding by a watch, a moment after it took it.
//
//	may USER VERB RESOURCE...
func cmdMay(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: may USER VERB RESOURCE...")
	}
	client, err := authorizationclient.NewForConfig(w.cluster.Config)
	ts.Check(err)
	for _, resource := range args[2:] {
		gr := schema.ParseGroupResource(resource)
		ts.Check(wait.PollUntilContextTimeout(context.Background(), 50*time.Millisecond, patience, true,
			func(ctx context.Context) (bool, error) {
				review, err := client.SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{
					Spec: authorizationv1.SubjectAccessReviewSpec{User: args[0], ResourceAttributes: &authorizationv1.ResourceAttributes{
						Namespace: w.namespace, Verb: args[1], Group: gr.Group, Resource: gr.Resource,
					}},
				}, metav1.CreateOptions{})
				return err == nil && review.Status.Allowed, err
			}))
	}
}
