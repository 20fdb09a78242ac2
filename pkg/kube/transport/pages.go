package transport

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// How many objects are asked for at once.
const (
	// pageSize is for pages that are in memory as a whole. kubectl asks for as many.
	pageSize = 500
	// LongPage is for pages of which there is one object in memory at a time. For
	// each page the API server goes through all that is left of the list, so that
	// many short ones of a long list keep it busy.
	LongPage = 2000
	// SetsPage is for StatefulSets where lists are read side by side, namespace by namespace: a
	// namespace has few of them, so a long page reaches far ahead of the other lists, and what is
	// kept of its sets waits for them in memory.
	SetsPage = 250
)

// Pages lists page by page and passes each on.
func Pages[L metav1.ListInterface](ctx context.Context, opts metav1.ListOptions,
	list func(context.Context, metav1.ListOptions) (L, error), each func(L),
) error {
	opts.Limit = pageSize
	return pages(ctx, opts, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
		page, err := list(ctx, opts)
		if err != nil {
			return "", err
		}
		each(page)
		return page.GetContinue(), nil
	})
}

// Stream lists in long pages and passes each object on, those of a page that had to
// be asked for again a second time. list is a [Resource.Each].
func Stream[O any](ctx context.Context, list func(context.Context, metav1.ListOptions, []string, func(O)) (string, error),
	without []string, each func(O),
) error {
	return pages(ctx, metav1.ListOptions{Limit: LongPage}, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
		return list(ctx, opts, without, each)
	})
}

// pages reads one page after the other. read returns the token of the next.
func pages(ctx context.Context, opts metav1.ListOptions, read func(context.Context, metav1.ListOptions) (string, error)) error {
	for {
		next, err := Again(ctx, func(ctx context.Context) (string, error) { return read(ctx, opts) })
		if err != nil {
			// Too slow: the server has forgotten the state that the first page
			// showed. It offers to go on with the present one.
			if next = Offered(err); next == "" {
				return err
			}
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
