package prunepvc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	planner "github.com/kubectl-sts/kubectl-sts/pkg/planner/prunepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// prepare asks for permission, the API server and the person, and makes the file for
// records. unasked says that there is nobody to be asked.
func (v *visit) prepare(ctx context.Context, unasked bool) (*receipt.File, error) {
	if unasked {
		return nil, &plan.Refusal{Why: plan.NoTerminal}
	}
	if err := v.may(ctx, v.runner.Client, v.list.Doomed()); err != nil {
		return nil, err
	}
	asked := v.RetainVolumes
	if err := v.confirm(ctx); err != nil {
		return nil, err
	}
	if asked != v.RetainVolumes { // that takes more permissions
		if err := v.may(ctx, v.runner.Client, v.list.Doomed()); err != nil {
			return nil, err
		}
	}
	return v.receipts()
}

// may is the error when what is missing is a permission, in one line and not in
// one for each claim. Where only some namespaces are not allowed, the others
// are pruned.
func (r Request) may(ctx context.Context, client *kube.Client, verdicts iter.Seq[claims.Verdict]) error {
	var missing error
	asked := map[string]bool{}
	for v := range verdicts {
		if asked[v.Claim.Namespace] {
			continue
		}
		asked[v.Claim.Namespace] = true
		there := client.In(v.Claim.Namespace)
		err := there.Permit(ctx, permission.DeleteClaims(r.RetainVolumes)...)
		if err == nil {
			err = there.PermitDeletion(ctx, v.Claim, r.RetainVolumes)
		}
		if err == nil {
			return nil
		}
		missing = cmp.Or(missing, err)
	}
	return missing
}

// confirm asks once. Where data would die, a y is not enough.
func (v *visit) confirm(ctx context.Context) error {
	if v.Yes || v.DryRun != report.DryRunNone {
		return nil
	}
	count, loss := strconv.Itoa(v.total.Claims), planner.Loss(v.total, v.RetainVolumes)
	question, help := "Delete "+count+"? The data stays in their volumes. [y/N]", yesHelp
	if v.total.Dying+v.total.Staying == 0 {
		question = "Delete " + count + "? None has a volume. [y/N]"
	}
	if loss != "" {
		question = "Type " + count + " to delete, r to delete but retain the volumes, Enter to cancel"
		help = fmt.Sprintf(lossHelp, count)
	}
	answer, err := v.env.Streams.Ask(ctx, term.Question{
		Text: report.Explained(v.env.Streams.Err, v.where+": "+question), Help: help,
	})
	answer = strings.ToLower(answer)
	switch {
	case errors.Is(err, term.ErrNoAnswer):
		return plan.Cancel()
	case err != nil:
		return err
	case loss == "":
		if answer == "y" || answer == "yes" {
			return nil
		}
	case answer == count:
		return nil
	case answer == "r" || answer == "retain":
		v.RetainVolumes = true
		return nil
	}
	return plan.Cancel()
}

// What a question mark is answered with.
const (
	yesHelp = `  y  yes: delete the claims that are listed above
  n  no, like any other answer: nothing is deleted`

	lossHelp = `  %s  delete the claims that are listed above; the data of their volumes is lost
  r  set the volumes to Retain first, and delete the claims: the data stays
  anything else: nothing is deleted`
)
