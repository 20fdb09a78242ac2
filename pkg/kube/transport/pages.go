package transport

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PageSize is how many objects are asked for at once, as kubectl does.
const PageSize = 500

// Pages lists page by page and passes each on.
func Pages[L metav1.ListInterface](ctx context.Context, opts metav1.ListOptions,
	list func(context.Context, metav1.ListOptions) (L, error), each func(L),
) error {
	opts.Limit = PageSize
	for {
		page, err := Again(ctx, func(ctx context.Context) (L, error) { return list(ctx, opts) })
		next := ""
		if err != nil {
			// Too slow: the server has forgotten the state that the first page
			// showed. It offers to go on with the present one.
			if next = Offered(err); next == "" {
				return err
			}
		} else {
			each(page)
			next = page.GetContinue()
		}
		if next == "" {
			return nil
		}
		opts.Continue = next
	}
}

// Offered is what to go on from after a 410 between two pages, or "".
func Offered(err error) string {
	var status apierrors.APIStatus
	if !apierrors.IsResourceExpired(err) || !errors.As(err, &status) {
		return ""
	}
	return status.Status().Continue
}
