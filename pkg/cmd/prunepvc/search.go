package prunepvc

import (
	"context"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// search judges claims namespace by namespace, and forgets of each what is not
// shown.
type search struct {
	request Request
	client  *kube.Client
	options claims.Options
	list    claims.List
	judge   batch.Judge
	away    []sts.Snapshot // those that are being recreated
	kept    map[string]int // by namespace
	// doubted are, by the maker of claims, the namespaces that were judged
	// before it was known whether that maker is a controller.
	doubted map[string][]string
}

// read passes on the claims of one namespace after the other.
type read func(ctx context.Context, scalers bool, each func(claims.Namespace) error) error

func (r Request) search(ctx context.Context, env *app.Env, client *kube.Client, read read) (*search, error) {
	s := &search{request: r, client: client, kept: map[string]int{}, doubted: map[string][]string{}, options: claims.Options{
		Sets: r.Names, DeletedSets: r.DeletedSets, ScaledToZero: r.ScaledToZero, OlderThan: r.OlderThan, Now: client.Now(),
		Makers: claims.Makers{},
	}}
	if r.DeletedSets { // one that is away for a moment is not gone
		var err error
		if s.away, err = client.SavedSets(ctx); err != nil {
			return nil, err
		}
	}
	const perClaim = 1 << 10 // and what is found out about it
	kept := 0                // bytes, of the namespaces that were judged
	client.Held = func(n int) { env.Keep(kept + perClaim*n) }
	defer func() { client.Held = nil }()
	add := func(n claims.Namespace) error {
		err := s.add(n)
		kept = s.list.Size()
		return err
	}
	if err := read(ctx, !r.IgnoreHPA, add); err != nil {
		return nil, err
	}
	if err := s.again(ctx); err != nil {
		return nil, err
	}
	if r.AllNamespaces {
		s.judge = &judges{options: s.options, most: 2 * r.Concurrency} // of this look, and of the one before
	}
	return s, nil
}

// add judges the claims of a namespace.
func (s *search) add(n claims.Namespace) error {
	n.World.AddAway(n.Name, s.away)
	if err := s.request.missing(n.World, n.Name); err != nil {
		return err
	}
	s.options.Makers.Learn(n.Claims)
	judge := claims.NewJudge(n.Claims, s.options)
	var verdicts []claims.Verdict
	kept := 0
	// Whatever the selector, the judge has looked at all of them: at siblings, too.
	for v := range judge.Each(s.request.selected(n.Claims), n.World) {
		if !v.Delete {
			kept++
		}
		if v.Delete || s.request.ShowKept {
			verdicts = append(verdicts, v)
		}
	}
	slices.SortStableFunc(verdicts, inOrder)
	s.list.Put(n.Name, verdicts)
	s.kept[n.Name], s.judge = kept, judge
	for _, maker := range judge.Doubted() {
		s.doubted[maker] = append(s.doubted[maker], n.Name)
	}
	return nil
}

// again judges the namespaces anew that had claims of a maker who has turned out
// since to be a controller.
func (s *search) again(ctx context.Context) error {
	for maker, namespaces := range s.doubted {
		if !s.options.Makers[maker] {
			continue
		}
		delete(s.doubted, maker)
		for _, namespace := range namespaces {
			if err := s.client.In(namespace).ClaimsAtOnce(ctx, !s.request.IgnoreHPA, s.add); err != nil {
				return err
			}
		}
		return s.again(ctx) // they may tell of others
	}
	return nil
}

func (s *search) allKept() int {
	all := 0
	for _, n := range s.kept {
		all += n
	}
	return all
}
