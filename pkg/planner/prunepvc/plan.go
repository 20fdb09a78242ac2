// Package prunepvc plans the deletion of claims that no StatefulSet uses. The plan is
// a batch: its steps don't depend on each other, and there may be so many that they
// are made one at a time.
package prunepvc

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// verb is the verb whose plans these are.
const verb = "prune-pvc"

// Plan is the plan without its steps: see [Step]. namespace is empty where claims of
// all namespaces are meant.
func Plan(namespace, title string, warnings []string) *plan.Plan {
	return &plan.Plan{Verb: verb, Namespace: namespace, Title: title, Warnings: warnings}
}

// Step is the deletion of one claim. retain says that its volume is retained before.
func Step(v claims.Verdict, retain bool) plan.Step {
	c := v.Claim
	name := c.Namespace + "/" + c.Name
	return plan.Step{
		ID: verb + "/delete-claim-" + name, Title: "delete claim " + name,
		Change: plan.DeleteClaim{Name: c.Name, UID: c.UID, Why: v.Reason, Receipt: c.Volume != "" && (retain || !c.DataDies())},
	}
}

// Title says what was found, in one line. where names the namespace and the cluster;
// keptShown says that those are listed that are kept.
func Title(t claims.Total, where string, keptShown bool) string {
	kept := ""
	if t.Kept > 0 && !keptShown {
		kept = fmt.Sprintf("; %d kept (--show-kept says why)", t.Kept)
	}
	if t.Claims == 0 {
		return fmt.Sprintf("no unused claims in %s%s", where, kept)
	}
	return fmt.Sprintf("%s to delete in %s, %s%s", sts.Count(t.Claims, "claim"), where, t.Size.String(), kept)
}

// Loss says what happens to the data, "" when it is not lost.
func Loss(t claims.Total, retain bool) string {
	if t.Dying == 0 || retain {
		return ""
	}
	words := fmt.Sprintf("deleting %s (%s) loses the data: the reclaim policy of their volumes is not Retain",
		sts.Count(t.Dying, "claim"), t.DyingSize.String())
	if t.Unknown == t.Dying {
		words = fmt.Sprintf("deleting %s (%s) may lose the data: the reclaim policy of their volumes is not known",
			sts.Count(t.Dying, "claim"), t.DyingSize.String())
	}
	return words
}
