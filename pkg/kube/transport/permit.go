package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
)

// Permit asks whether the user may do all of this, and is an error that names
// everything that is missing. Where the API server does not say (whoever is
// logged in may ask, but for clusters that have taken that away) nobody knows,
// and what it says to the requests themselves counts.
func (c *Conn) Permit(ctx context.Context, needs ...permission.Permission) error {
	ctx = c.Quiet(ctx)
	needs = slices.SortedStableFunc(slices.Values(needs), widestLast)
	missing := make([]bool, len(needs))
	var all sync.WaitGroup
	for i, p := range needs {
		all.Go(func() { missing[i] = c.lacks(ctx, p) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var wheres, words []string
	lacking := map[string][]string{}
	for i, p := range needs {
		if !missing[i] {
			continue
		}
		where := c.whereOf(p)
		if lacking[where] == nil {
			wheres = append(wheres, where)
		}
		lacking[where] = append(lacking[where], p.String())
	}
	for _, where := range wheres {
		words = append(words, strings.Join(lacking[where], ", ")+" "+where)
	}
	if words == nil {
		return nil
	}
	said := fmt.Sprintf("forbidden: %s cannot %s", account(c.whoAmI(ctx)), strings.Join(words, ", or "))
	return denied{worded{errors.New(said), said}}
}

// widestLast has what takes a ClusterRole said last.
func widestLast(a, b permission.Permission) int {
	wide := func(p permission.Permission) int {
		if clusterWide(p.Resource) {
			return 1
		}
		return 0
	}
	return cmp.Compare(wide(a), wide(b))
}

// whereOf is the scope of a permission, in words.
func (c *Conn) whereOf(p permission.Permission) string {
	switch {
	case clusterWide(p.Resource):
		return c.where(p.Resource)
	case p.Namespace != "":
		return fmt.Sprintf("in namespace %q", p.Namespace)
	}
	return c.where("")
}

// lacks reports whether the API server says that the user may not do this.
func (c *Conn) lacks(ctx context.Context, p permission.Permission) bool {
	about := &authorizationv1.ResourceAttributes{
		Verb: p.Verb, Group: p.Group, Resource: p.Resource, Subresource: p.Subresource, Name: p.Name,
		Namespace: cmp.Or(p.Namespace, c.Namespace),
	}
	if clusterWide(p.Resource) {
		about.Namespace = ""
	}
	review, err := Again(ctx, func(ctx context.Context) (*authorizationv1.SelfSubjectAccessReview, error) {
		answer := &authorizationv1.SelfSubjectAccessReview{}
		return answer, c.authorization.Post().Resource("selfsubjectaccessreviews").Body(&authorizationv1.SelfSubjectAccessReview{
			Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: about},
		}).Do(ctx).Into(answer)
	})
	return err == nil && !review.Status.Allowed && review.Status.EvaluationError == ""
}

// whoAmI is the user's name as the API server knows it, or "".
func (c *Conn) whoAmI(ctx context.Context) string {
	review := &authenticationv1.SelfSubjectReview{}
	err := c.authentication.Post().Resource("selfsubjectreviews").Body(&authenticationv1.SelfSubjectReview{}).Do(ctx).Into(review)
	if err != nil {
		return ""
	}
	return review.Status.UserInfo.Username
}
