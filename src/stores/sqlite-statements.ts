import type { SqlConnection, SqlStatement } from './sqlite-driver.ts';

/** How a driver wants texts to be selected. */
type Text = SqlConnection['text'];

/** The columns of a head: its last row says when it was touched last, so that an append need not. A row of the newest number is always kept. */
function headColumns(text: Text): string {
  return `${names(text)}, ${text('r.status')} AS status, r.created_at, r.wake_at, ${text('r.owner')} AS owner, r.epoch, r.lease_until, r.unread,
    (SELECT at FROM journal WHERE run = r.id ORDER BY seq DESC LIMIT 1) AS updated_at`;
}

function names(text: Text): string {
  return `r.id, ${text('r.run_id')} AS run_id, ${text('r.flow')} AS flow, ${text('r.fingerprint')} AS fingerprint`;
}

/** What `ids` give as JSON. */
const EACH = '(SELECT value FROM json_each(?))';

/** What stands behind each text where several come as one: a character that JSON does not have. */
export const TEXTS_END = '\u001e';

/** How many rows go into the file with one call of the driver, where there are that many. */
export const ROWS_AT_ONCE = 50;

/** All statements of a store that are the same every time, compiled once. */
export interface Statements {
  readonly insertRun: SqlStatement;
  readonly insertRow: SqlStatement;
  /** The same for `ROWS_AT_ONCE` rows. */
  readonly insertRows: SqlStatement;
  readonly insertClaims: SqlStatement;
  readonly setRunning: SqlStatement;
  readonly setEnded: SqlStatement;
  readonly setWake: SqlStatement;
  readonly giveBack: SqlStatement;
  readonly setSnapshot: SqlStatement;
  readonly dropRows: SqlStatement;
  readonly runById: SqlStatement;
  readonly runsAfter: SqlStatement;
  readonly due: SqlStatement;
  readonly anyDue: SqlStatement;
  /** All rows of each run as one. */
  readonly journalsOf: SqlStatement;
  readonly rowsOf: SqlStatement;
  readonly setOwner: SqlStatement;
  readonly renew: SqlStatement;
  readonly release: SqlStatement;
  readonly statusOf: SqlStatement;
  readonly isKnown: SqlStatement;
  readonly insertMessage: SqlStatement;
  readonly addressed: SqlStatement;
  readonly consume: SqlStatement;
  readonly countUnread: SqlStatement;
  readonly wakeForOthers: SqlStatement;
  readonly unreadOf: SqlStatement;
  readonly unreadBy: SqlStatement;
  readonly saveDefinition: SqlStatement;
  readonly loadDefinition: SqlStatement;
  readonly numberOf: SqlStatement;
  readonly ended: SqlStatement;
  readonly deleteRuns: SqlStatement;
  readonly deleteRows: SqlStatement;
  readonly deleteSnapshots: SqlStatement;
  readonly deleteMessages: SqlStatement;
}

/** Compiles the statements. */
export function prepareStatements(connection: SqlConnection): Statements {
  const prepare = (sql: string): SqlStatement => connection.prepare(sql);
  const text: Text = (column) => connection.text(column);
  const head = headColumns(text);
  const snapshot = `s.seq AS snapshot_seq, s.sum AS snapshot_sum, ${text('s.text')} AS snapshot_text`;
  // the plus keeps SQLite from going through all runs of these flows, most of which have ended
  const isDue = `r.status = 'running' AND r.free_at <= ?1
    AND (?2 IS NULL OR +r.flow IN (SELECT value FROM json_each(?2)))
    AND (?3 IS NULL OR +r.run_id NOT IN (SELECT value FROM json_each(?3)))`;
  return {
    insertRun: prepare(`INSERT INTO runs (run_id, flow, fingerprint, status, created_at, due_at, owner, epoch, lease_until)
      VALUES (?1, ?2, ?3, 'running', ?4, ?4, ?5, ?5 IS NOT NULL, ?6) ON CONFLICT DO NOTHING`),
    // the fence: nothing is changed when the number is taken; nor when the run was deleted
    insertRow: prepare(`INSERT INTO journal (run, seq, at, claim, sum, text)
      SELECT id, ?2, ?3, 0, ?4, ?5 FROM runs WHERE run_id = ?1 ON CONFLICT DO NOTHING`),
    insertRows: prepare(`INSERT INTO journal (run, seq, at, claim, sum, text)
      SELECT r.id, given.column2, given.column3, 0, given.column4, given.column5
      FROM (VALUES ${Array.from({ length: ROWS_AT_ONCE }, () => '(?, ?, ?, ?, ?)').join(', ')}) given CROSS JOIN runs r ON r.run_id = given.column1
      WHERE true ON CONFLICT DO NOTHING`),
    insertClaims: prepare(`INSERT INTO journal (run, seq, at, claim, sum, text)
      SELECT value ->> 0, value ->> 1, ?2, 1, ?3, ?4 FROM json_each(?1)`),
    setRunning: prepare("UPDATE runs SET status = 'running', ended_at = NULL WHERE run_id = ?"),
    setEnded: prepare('UPDATE runs SET status = ?, ended_at = ?, owner = NULL, lease_until = 0 WHERE run_id = ?'),
    setWake: prepare('UPDATE runs SET wake_at = ?, due_at = ? WHERE run_id = ?'),
    giveBack: prepare('UPDATE runs SET owner = NULL, lease_until = 0 WHERE run_id = ?'),
    setSnapshot: prepare(`INSERT INTO snapshots (run, seq, sum, text) SELECT id, ?2, ?3, ?4 FROM runs WHERE run_id = ?1
      ON CONFLICT DO UPDATE SET seq = excluded.seq, sum = excluded.sum, text = excluded.text`),
    // claims stay, or a late owner would find its next number free
    dropRows: prepare('DELETE FROM journal WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND seq < ? AND claim = 0'),
    runById: prepare(`SELECT ${head}, ${snapshot} FROM runs r LEFT JOIN snapshots s ON s.run = r.id WHERE r.run_id = ?`),
    runsAfter: prepare(`SELECT ${head}, ${snapshot} FROM runs r LEFT JOIN snapshots s ON s.run = r.id WHERE r.id > ? ORDER BY r.id LIMIT ?`),
    // what a claim changes, or asks for, is not read
    due: prepare(`SELECT ${names(text)}, r.created_at, r.wake_at, r.epoch, r.unread, ${snapshot} FROM runs r LEFT JOIN snapshots s ON s.run = r.id WHERE ${isDue} ORDER BY r.free_at, r.id LIMIT ?4`),
    anyDue: prepare(`SELECT 1 AS value FROM runs r WHERE ${isDue} LIMIT 1`),
    // what is not of its type is left out, so that the counts differ
    journalsOf: prepare(`SELECT run, count(*) AS count,
      group_concat(CASE WHEN typeof(seq) = 'integer' AND typeof(at) = 'integer' AND typeof(sum) = 'integer' THEN seq || ' ' || at || ' ' || sum || ' ' END, '') AS numbers,
      ${text(`group_concat(CASE WHEN typeof(text) = 'text' THEN text END, char(${TEXTS_END.charCodeAt(0)}))`)} AS texts
      FROM journal WHERE run IN ${EACH} GROUP BY run`),
    rowsOf: prepare(`SELECT run, seq, at, sum, ${text('text')} AS text FROM journal WHERE run IN ${EACH} ORDER BY run, seq`),
    setOwner: prepare(`UPDATE runs SET owner = ?, lease_until = ?, epoch = epoch + 1 WHERE id IN ${EACH}`),
    renew: prepare(`UPDATE runs SET lease_until = ? WHERE owner = ? AND run_id IN ${EACH} RETURNING ${text('run_id')} AS run_id`),
    release: prepare(`UPDATE runs SET owner = NULL, lease_until = 0 WHERE owner = ? AND run_id IN ${EACH}`),
    statusOf: prepare(`SELECT id, ${text('status')} AS status FROM runs WHERE run_id = ?`),
    isKnown: prepare('SELECT 1 AS value FROM messages WHERE run = ? AND id = ?'),
    insertMessage: prepare('INSERT INTO messages (run, id, at, sum, text) VALUES (?, ?, ?, ?, ?)'),
    // a run that is due already does not lose its place
    addressed: prepare('UPDATE runs SET unread = unread + 1, wake_at = NULL, due_at = min(due_at, ?2) WHERE id = ?1'),
    consume: prepare(`UPDATE messages SET text = NULL WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND id IN ${EACH} AND text IS NOT NULL`),
    countUnread: prepare('UPDATE runs SET unread = (SELECT count(*) FROM messages WHERE run = runs.id AND text IS NOT NULL) WHERE run_id = ?'),
    wakeForOthers: prepare(`UPDATE runs SET wake_at = NULL, due_at = min(due_at, ?2) WHERE run_id = ?1 AND unread > 0
      AND EXISTS (SELECT 1 FROM messages WHERE run = runs.id AND text IS NOT NULL AND id NOT IN (SELECT value FROM json_each(?3)))`),
    unreadOf: prepare(`SELECT run, ${text('id')} AS id, at, sum, ${text('text')} AS text FROM messages WHERE run IN ${EACH} AND text IS NOT NULL ORDER BY run, number`),
    unreadBy: prepare(`SELECT ${text('r.run_id')} AS run_id, ${text('m.id')} AS id, m.at, m.sum, ${text('m.text')} AS text FROM runs r JOIN messages m ON m.run = r.id AND m.text IS NOT NULL
      WHERE r.owner = ? AND r.unread > 0 ORDER BY r.id, m.number`),
    saveDefinition: prepare('INSERT INTO definitions (flow, fingerprint, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
    loadDefinition: prepare(`SELECT ${text('text')} AS text FROM definitions WHERE flow = ? AND fingerprint = ?`),
    numberOf: prepare('SELECT id FROM runs WHERE run_id = ?'),
    ended: prepare('SELECT id FROM runs WHERE ended_at < ? ORDER BY ended_at, id LIMIT ?'),
    deleteRuns: prepare(`DELETE FROM runs WHERE id IN ${EACH}`),
    deleteRows: prepare(`DELETE FROM journal WHERE run IN ${EACH}`),
    deleteSnapshots: prepare(`DELETE FROM snapshots WHERE run IN ${EACH}`),
    deleteMessages: prepare(`DELETE FROM messages WHERE run IN ${EACH}`),
  };
}

/** The conditions of a list, by what they need; a page needs those that were asked for. */
const CONDITIONS = {
  flow: 'r.flow = ?',
  status: 'r.status = ?',
  from: 'r.created_at >= ?',
  to: 'r.created_at < ?',
  after: '(r.created_at, r.id) < (?, ?)',
};

/** Returns the text of a statement that lists runs, the newest first. */
export function listing(conditions: readonly (keyof typeof CONDITIONS)[], text: Text): string {
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map((name) => CONDITIONS[name]).join(' AND ')}`;
  return `SELECT ${headColumns(text)} FROM runs r ${where} ORDER BY r.created_at DESC, r.id DESC LIMIT ?`;
}
