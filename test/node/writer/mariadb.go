package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/go-sql-driver/mysql"
)

// mariadb is a connection as the user app, whom read_only keeps from writing.
type mariadb struct {
	pool *sql.DB
	conn *sql.Conn
}

func connectMariaDB(ctx context.Context, address string) (member, error) {
	config := mysql.NewConfig()
	config.User, config.Passwd, config.Net, config.Addr, config.DBName = "app", "app", "tcp", address+":3306", "app"
	config.Timeout = time.Second
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	conn, err := pool.Conn(ctx)
	if err != nil {
		_ = pool.Close()
		return nil, err
	}
	return &mariadb{pool: pool, conn: conn}, nil
}

func (m *mariadb) close() {
	_ = m.conn.Close()
	_ = m.pool.Close()
}

func (m *mariadb) primary(ctx context.Context) (bool, error) {
	var readOnly int
	err := m.conn.QueryRowContext(ctx, "SELECT @@global.read_only").Scan(&readOnly)
	return readOnly == 0, err
}

func (m *mariadb) prepare(ctx context.Context) error {
	_, err := m.conn.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS proof (value BIGINT PRIMARY KEY) ENGINE=InnoDB")
	return err
}

func (m *mariadb) write(ctx context.Context, value int64) error {
	result, err := m.conn.ExecContext(ctx, "INSERT INTO proof (value) VALUES (?)", value)
	if err != nil {
		return err
	}
	if added, err := result.RowsAffected(); err != nil || added != 1 {
		return fmt.Errorf("%d rows added: %w", added, err)
	}
	return nil
}

func (m *mariadb) values(ctx context.Context) (map[int64]bool, error) {
	rows, err := m.conn.QueryContext(ctx, "SELECT value FROM proof")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err says all.
	values := map[int64]bool{}
	for rows.Next() {
		var value int64
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		values[value] = true
	}
	return values, rows.Err()
}
