package loop_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// book answers each record with the next of its errors.
type book struct {
	errs    []error
	written []string
}

func (b *book) Keep(_ context.Context, d plan.DeleteClaim, _ sts.Snapshot) error {
	if len(b.errs) > 0 && b.errs[0] != nil {
		err := b.errs[0]
		b.errs = b.errs[1:]
		return err
	}
	b.written = append(b.written, d.Name)
	return nil
}

// A claim whose volume stays can only be found again by what was written down.
func TestNoClaimIsDeletedWithoutItsRecord(t *testing.T) {
	deletion := plan.DeleteClaim{Name: "data-web-4", UID: "data-web-4-uid", Why: "its volume stays", Receipt: true}
	gone := plan.ClaimsGone{Claims: map[types.UID]string{"data-web-4-uid": "data-web-4"}}
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Change, s.Until = deletion, gone }),
		func(p *plan.Plan) { p.Claims, p.Scales = true, true })
	first := ststest.WithClaims(ststest.Claim("data-web-4"))
	staged := func(receipts engine.Receipts, play func(t *testing.T, s *stage)) {
		onStageAs(t, p, first, play, func(t *testing.T) *stage {
			s := newStage(t)
			s.receipts = receipts
			return s
		})
	}
	staged(nil, func(t *testing.T, s *stage) {
		o := s.ends()
		require.Equal(t, engine.Failed, o.Result)
		require.Equal(t, "update web-4: there is nowhere to write the record", o.Message)
		require.Empty(t, s.cluster.sent)
	})
	full := &book{errs: []error{errors.New("the disk is full")}}
	staged(full, func(t *testing.T, s *stage) {
		require.Equal(t, "update web-4: the disk is full", s.ends().Message)
		require.Empty(t, s.cluster.sent)
	})
	changing := &book{errs: []error{fmt.Errorf("%w: claim", engine.ErrConflict), nil}}
	staged(changing, func(t *testing.T, s *stage) {
		require.Empty(t, s.cluster.sent)
		s.pass(time.Second)
		s.show(first)
		require.Len(t, s.cluster.sent, 1, "looked at again")
		require.Equal(t, []string{"data-web-4"}, changing.written)
		s.show(ststest.WithClaims())
		require.Equal(t, engine.Done, s.ends().Result)
	})
}
