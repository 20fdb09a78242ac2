package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// ReceiptFile is the file of receipts that a command which deletes claims asks for.
type ReceiptFile struct {
	Dir string // that was asked for, empty for the usual one
	Set string // that the command is about, empty for none
	// Needed is what the error says where nothing may be deleted without records.
	// Where it is empty, a warning is told, and there is no file.
	Needed string
	// Readable is the error when what goes into a record can't be read; nil where
	// nobody has to try.
	Readable func() error
}

// OpenReceipts makes the file for what deleted claims were. That none can be written
// has to show before anything is deleted.
func (r *Runner) OpenReceipts(f ReceiptFile) (*receipt.File, error) {
	file, err := r.openReceipts(f)
	switch {
	case err == nil:
		return file, nil
	case f.Needed != "":
		return nil, fmt.Errorf("%s: %w", f.Needed, err)
	}
	r.Warn("no record is written for restore-pvc: " + err.Error())
	return nil, nil
}

func (r *Runner) openReceipts(f ReceiptFile) (*receipt.File, error) {
	if f.Readable != nil {
		if err := f.Readable(); err != nil {
			return nil, err
		}
	}
	dir, err := receipt.Dir(f.Dir)
	if err != nil {
		return nil, err
	}
	command := strings.TrimSpace(r.Env.Report.Command + " " + f.Set)
	file := receipt.NewFile(dir, command, r.Env.Everywhere(), r.Client.Host(), r.Client.Now)
	err = file.Prepare()
	return file, err
}

// ClaimReceipts write down what it takes to make a claim again whose volume stays.
type ClaimReceipts struct {
	client  *kube.Client
	file    *receipt.File
	entries map[types.UID]*receipt.Entry
}

// NewReceipts are those that go into this file.
func NewReceipts(client *kube.Client, file *receipt.File) ClaimReceipts {
	return ClaimReceipts{client, file, map[types.UID]*receipt.Entry{}}
}

// entry is the one of a claim.
func (r ClaimReceipts) entry(uid types.UID) *receipt.Entry {
	if r.entries[uid] == nil {
		r.entries[uid] = &receipt.Entry{File: r.file}
	}
	return r.entries[uid]
}

// Keep writes it down; see [engine.Receipts].
func (r ClaimReceipts) Keep(ctx context.Context, d plan.DeleteClaim, seen sts.Snapshot) error {
	i := slices.IndexFunc(seen.Claims, func(c storage.Claim) bool { return c.UID == d.UID })
	if i < 0 {
		return fmt.Errorf("%w: claim %s is gone", engine.ErrConflict, d.Name)
	}
	record, err := ReceiptOf(ctx, r.client, seen, seen.Claims[i])
	switch {
	case err != nil:
		return err
	case record.Policy != corev1.PersistentVolumeReclaimRetain:
		// Somebody has set it back: the data would die after all.
		return fmt.Errorf("the reclaim policy of volume %s is %s by now: claim %s is kept", record.Volume, record.Policy, d.Name)
	}
	if err := r.entry(d.UID).Write(record); err != nil {
		return fmt.Errorf("no record can be written, so claim %s is kept: %w", d.Name, err)
	}
	return nil
}

// ReceiptReadable finds out whether what goes into the record of a claim of the snapshot may
// be read. That the claim has just changed does not matter.
func (r *Runner) ReceiptReadable(ctx context.Context, s sts.Snapshot, claim types.UID) error {
	i := slices.IndexFunc(s.Claims, func(c storage.Claim) bool { return c.UID == claim })
	_, err := ReceiptOf(ctx, r.Client, s, s.Claims[i])
	if errors.Is(err, engine.ErrConflict) {
		return nil
	}
	return err
}

// ReceiptOf reads what it takes to make a claim of the set again.
func ReceiptOf(ctx context.Context, client *kube.Client, s sts.Snapshot, claim storage.Claim) (receipt.Receipt, error) {
	record, err := client.ClaimReceipt(ctx, claim)
	if errors.Is(err, engine.ErrGone) {
		err = fmt.Errorf("%w: %w", engine.ErrConflict, err)
	}
	if err != nil {
		return record, err
	}
	record.Set = s.Name()
	for _, template := range s.ClaimTemplates() {
		if ordinal, ok := s.ClaimOrdinal(template, claim.Name); ok {
			record.Template, record.Ordinal = template, ordinal
		}
	}
	return record, nil
}
