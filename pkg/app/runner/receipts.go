package runner

import (
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
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
